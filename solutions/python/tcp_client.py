#!/usr/bin/env python3
"""tcp_client <ip> <port>: connects, sends one line, shows the server's answer, closes first."""

import asyncio
import ipaddress
import sys


def parse_address(words):
    """Turns the two arguments into ip and port; raises ValueError with a message for people."""
    if len(words) != 2:
        raise ValueError("usage: tcp_client <ip> <port>")
    ip, port = words
    ipaddress.IPv4Address(ip)  # raises AddressValueError, which is a ValueError
    if not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValueError(f"`{port}` is no port: ports go from 1 to 65535")
    return ip, int(port)


async def ask(ip, port, question):
    """Sends the question and returns the first piece that comes back; b"" if the server leaves without an answer."""
    # The handshake. No local address is given, so the system chooses our port.
    reader, writer = await asyncio.open_connection(ip, port)
    try:
        writer.write(question)  # puts the bytes into a buffer; nobody has waited yet
        await writer.drain()
        # Once, and not until the end: the server closes only after we have closed, so the end would never come.
        return await reader.read(1024)
    finally:
        writer.close()  # our FIN goes out first
        await writer.wait_closed()


def main():
    try:
        ip, port = parse_address(sys.argv[1:])
        if sys.stdin is None:  # started with a closed standard input
            return
        print("Text to send: ", end="", flush=True)
        # Bytes rather than input(): the text must be UTF-8 whatever the locale says.
        line = sys.stdin.buffer.readline()
        if not line:  # the end of the input; an empty line would be b"\n"
            return
        text = line.removesuffix(b"\n").decode("utf-8")  # UnicodeDecodeError is a ValueError
        answer = asyncio.run(ask(ip, port, text.encode("utf-8")))
        if not answer:
            sys.exit("tcp_client: the server has left without an answer")
        print(f"The server says: {answer.decode('utf-8', errors='replace')}")
    except (OSError, ValueError) as error:  # refused and reset are kinds of OSError
        sys.exit(f"tcp_client: {error}")  # to stderr, and the exit code is 1


if __name__ == "__main__":
    if sys.stdout is not None:
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    main()
