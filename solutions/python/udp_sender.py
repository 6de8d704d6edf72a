#!/usr/bin/env python3
"""udp_sender <ip> <port>: reads one line and sends it, without its newline, as one datagram."""

import ipaddress
import socket
import sys


def parse_destination(words):
    """Turns the two arguments into the pair that sendto wants; raises ValueError with a message for people."""
    if len(words) != 2:
        raise ValueError("usage: udp_sender <ip> <port>")
    ip, port = words
    ipaddress.IPv4Address(ip)  # raises AddressValueError, which is a ValueError
    if not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValueError(f"`{port}` is no port: ports go from 1 to 65535")
    return ip, int(port)


def main():
    try:
        destination = parse_destination(sys.argv[1:])
        if sys.stdin is None:  # started with a closed standard input
            return
        print("Text to send: ", end="", flush=True)
        # Bytes rather than input(): the text must be UTF-8 whatever the locale says.
        line = sys.stdin.buffer.readline()
        if not line:  # the end of the input; an empty line would be b"\n"
            return
        text = line.removesuffix(b"\n").decode("utf-8")  # UnicodeDecodeError is a ValueError
        # No bind: the system chooses a free source port when we send.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
            udp_socket.sendto(text.encode("utf-8"), destination)
    except (OSError, ValueError) as error:
        sys.exit(f"udp_sender: {error}")  # to stderr, and the exit code is 1


if __name__ == "__main__":
    main()
