# fault: the arguments are ignored: the address of the lecture notes is written into the program
# cause: wrong_destination; argument_ignored in bad_arguments
# fails: nobody_listens, bad_arguments

import socket
import sys


def main():
    destination = ("192.168.1.103", 8080)
    line = sys.stdin.buffer.readline()
    if not line:
        return
    text = line.removesuffix(b"\n").decode("utf-8", errors="replace")
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.sendto(text.encode("utf-8"), destination)
    except OSError as error:
        sys.exit(f"udp_sender: {error}")
    udp_socket.close()


main()
