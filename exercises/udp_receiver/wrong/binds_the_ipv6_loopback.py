# fault: it binds ::1, where only programs on the same machine that use IPv6 can reach it
# cause: ipv6_only
# fails: binds_every_address, shows_text_and_sender, utf8_text, first_of_two, empty_datagram, not_text, kilobyte

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
    udp_socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    try:
        udp_socket.bind(("::1", port))
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    data, (ip, sender_port, *_) = udp_socket.recvfrom(1024)
    text = data.decode("utf-8", errors="replace")
    print(ip, "port", sender_port, "sends:", text)
    udp_socket.close()


main()
