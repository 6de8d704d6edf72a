# fault: a word that says who sends stands before the text
# cause: extra_bytes
# fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram

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
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.sendto(f"client: {text}".encode("utf-8"), destination)
    except OSError as error:
        sys.exit(f"udp_sender: {error}")
    udp_socket.close()


main()
