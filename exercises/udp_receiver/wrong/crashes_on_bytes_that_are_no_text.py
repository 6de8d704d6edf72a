# fault: bytes that are no UTF-8 end in a traceback
# cause: crashed
# fails: not_text

import socket
import sys


def argument():
    if len(sys.argv) != 2:
        sys.exit("usage: udp_receiver <port>")
    try:
        port = int(sys.argv[1])
    except ValueError as error:
        sys.exit(f"udp_receiver: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"udp_receiver: {port} is no port")
    return port


def main():
    port = argument()
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.bind(("", port))
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    data, (ip, sender_port) = udp_socket.recvfrom(1024)
    text = data.decode()
    print(ip, "port", sender_port, "sends:", text)
    udp_socket.close()


main()
