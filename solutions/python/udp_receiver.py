#!/usr/bin/env python3
"""udp_receiver <port>: receives one datagram and shows what came and from whom."""

import socket
import sys


def parse_port(words):
    """Turns the one argument into a port; raises ValueError with a message for people."""
    if len(words) != 1:
        raise ValueError("usage: udp_receiver <port>")
    (port,) = words
    if not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValueError(f"`{port}` is no port: ports go from 1 to 65535")
    return int(port)


def main():
    try:
        port = parse_port(sys.argv[1:])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
            udp_socket.bind(("", port))  # "" is every address of this machine; fails when somebody has the port
            print(f"Waiting at port {port}.")
            # One call, one datagram. What is longer than 1024 bytes would be cut off.
            data, (ip, sender_port) = udp_socket.recvfrom(1024)
        # b"" is a message too. Anybody can send anything, so bytes that are no UTF-8 must not raise an exception.
        print(f"From {ip}, port {sender_port}: {data.decode('utf-8', errors='replace')}")
    except (OSError, ValueError) as error:
        sys.exit(f"udp_receiver: {error}")  # to stderr, and the exit code is 1


if __name__ == "__main__":
    if sys.stdout is not None:
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    main()
