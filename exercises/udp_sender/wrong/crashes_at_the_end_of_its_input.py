# fault: the EOFError of input() is not caught
# cause: crashed
# fails: end_of_input

import ipaddress
import socket
import sys


def main():
    try:
        ip, port = str(ipaddress.IPv4Address(sys.argv[1])), int(sys.argv[2])
        if not 0 < port < 65536:
            raise ValueError(f"{port} is no port")
    except (IndexError, ValueError) as error:
        return f"udp_sender <ip> <port>: {error}"
    text = input("text: ")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.sendto(text.encode(), (ip, port))
        except OSError as error:
            return f"udp_sender: {error}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
