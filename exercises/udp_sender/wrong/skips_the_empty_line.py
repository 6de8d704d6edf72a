# fault: an empty line is taken for nothing to send
# cause: empty_line_ends
# fails: empty_line

import ipaddress
import socket
import sys


def arguments():
    if len(sys.argv) != 3:
        sys.exit("usage: udp_sender <ip> <port>")
    try:
        ip, port = str(ipaddress.IPv4Address(sys.argv[1])), int(sys.argv[2])
    except ValueError as error:
        sys.exit(f"udp_sender: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"udp_sender: {port} is no port")
    return ip, port


def main():
    destination = arguments()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    text = line.removesuffix(b"\n").decode("utf-8", errors="replace")
    if not text:
        return
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.sendto(text.encode("utf-8"), destination)
    except OSError as error:
        sys.exit(f"udp_sender: {error}")
    udp_socket.close()


main()
