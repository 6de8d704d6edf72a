# fault: >= instead of > where the length is compared with the limit
# cause: refuses_too_much
# fails: largest_datagram

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
    try:
        data = input("text: ").encode()
    except EOFError:
        return 0
    if len(data) >= 65507:
        return "udp_sender: too long for one datagram"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.sendto(data, (ip, port))
        except OSError as error:
            return f"udp_sender: {error}"
    return 0


if __name__ == "__main__":
    sys.exit(main())
