# fault: it receives until a datagram has a text in it, so an empty one is lost
# cause: empty_ignored
# fails: empty_datagram

import socket
import sys


def bound_socket():
    if len(sys.argv) != 2:
        sys.exit("usage: udp_receiver <port>")
    try:
        port = int(sys.argv[1])
    except ValueError:
        sys.exit(f"udp_receiver: {sys.argv[1]} is no number")
    if not 1 <= port <= 65535:
        sys.exit(f"udp_receiver: {port} is no port")
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.bind(("0.0.0.0", port))
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    return udp_socket


def main():
    udp_socket = bound_socket()
    text = ""
    while not text:
        data, (ip, port) = udp_socket.recvfrom(1024)
        text = data.decode("utf-8", errors="replace")
    print(f"{ip}, port {port}: {text}")
    udp_socket.close()


main()
