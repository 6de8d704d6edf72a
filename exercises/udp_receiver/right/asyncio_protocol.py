# style: an asyncio protocol; its callback may be called again before the program ends

import asyncio
import sys


class Receiver(asyncio.DatagramProtocol):
    def __init__(self):
        self.first = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, addr):
        if not self.first.done():
            self.first.set_result((data, addr))


async def receive(port):
    loop = asyncio.get_running_loop()
    transport, receiver = await loop.create_datagram_endpoint(Receiver, local_addr=("0.0.0.0", port))
    try:
        return await receiver.first
    finally:
        transport.close()


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
    try:
        data, addr = asyncio.run(receive(argument()))
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    print(addr, data.decode("utf-8", errors="backslashreplace"))


main()
