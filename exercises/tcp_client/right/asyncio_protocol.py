# style: asyncio with callbacks (a Protocol class) instead of streams

import asyncio
import ipaddress
import sys


class Question(asyncio.Protocol):
    """Sends the text when connected; the outcome is the answer, or b"" if the server has left without one."""

    def __init__(self, text, outcome):
        self.text = text
        self.outcome = outcome
        self.transport = None

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.text)

    def data_received(self, data):
        if not self.outcome.done():
            self.outcome.set_result(data)

    def eof_received(self):
        if not self.outcome.done():
            self.outcome.set_result(b"")

    def connection_lost(self, exc):
        if not self.outcome.done():
            self.outcome.set_exception(exc or ConnectionError("the connection is lost"))


async def ask(ip, port, text):
    loop = asyncio.get_running_loop()
    outcome = loop.create_future()
    transport, _ = await loop.create_connection(lambda: Question(text, outcome), ip, port)
    try:
        return await outcome
    finally:
        transport.close()


def main():
    try:
        _, ip, port = sys.argv
        ipaddress.IPv4Address(ip)
        port = int(port)
        if not 1 <= port <= 65535:
            raise ValueError(f"{port} is no port")
    except ValueError as error:
        sys.exit(f"usage: tcp_client <ip> <port> ({error})")
    text = sys.stdin.readline().rstrip("\n")
    try:
        answer = asyncio.run(ask(ip, port, text.encode("utf-8")))
    except OSError as error:
        sys.exit(f"tcp_client: {error}")
    if answer:
        print(answer.decode("utf-8", errors="replace"))
    else:
        print("no answer, the server closed the connection")


main()
