# fault: the argument is ignored: the port of the lecture notes is written into the program
# cause: argument_missing
# fails: bad_arguments

import socket
import sys


def main():
    port = 7788
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.bind(("", port))
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    data, (ip, sender_port) = udp_socket.recvfrom(1024)
    text = data.decode("utf-8", errors="replace")
    print(ip, "port", sender_port, "sends:", text)
    udp_socket.close()


main()
