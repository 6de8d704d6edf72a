# fault: the newline of the line is sent too, and then the largest text does not fit any more, which nobody catches
# cause: newline_sent; crashed in too_large
# fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram, too_large

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
    if line:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
            udp_socket.sendto(line, destination)


main()
