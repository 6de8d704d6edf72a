# fault: the callback drops a message when nobody is waiting for one
# cause: message_lost
# fails: waiting_messages_in_order

import asyncio
import ipaddress
import sys


class Inbox(asyncio.DatagramProtocol):
    def __init__(self):
        self.waiting = None

    def datagram_received(self, data, addr):
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result((data, addr))

    async def next_message(self):
        self.waiting = asyncio.get_running_loop().create_future()
        return await self.waiting

    def error_received(self, exc):
        print(f"udp_chat: {exc}", file=sys.stderr)


async def ask(question):
    # input() blocks, so it must not run in the event loop. Its EOFError comes out of the await.
    return await asyncio.get_running_loop().run_in_executor(None, input, question)


async def send(transport):
    text = await ask("text: ")
    ip = await ask("ip: ")
    port = await ask("port: ")
    try:
        ip = str(ipaddress.IPv4Address(ip))
        port = int(port)
        if not 0 < port < 65536:
            raise ValueError(f"{port} is out of the range of ports")
        data = text.encode("utf-8")
    except ValueError as error:
        print("refused:", error)
        return
    transport.sendto(data, (ip, port))


async def chat(port):
    loop = asyncio.get_running_loop()
    transport, inbox = await loop.create_datagram_endpoint(Inbox, local_addr=("0.0.0.0", port))
    try:
        while True:
            choice = await ask("1: send, 2: receive > ")
            if choice == "1":
                await send(transport)
            elif choice == "2":
                data, (ip, sender_port) = await inbox.next_message()
                print(ip, sender_port, data.decode("utf-8", "replace"), sep=" | ")
            else:
                print("unknown choice:", ascii(choice))
    except EOFError:
        print("bye")
    finally:
        transport.close()


def main():
    try:
        (word,) = sys.argv[1:]
        port = int(word)
        if not 0 < port < 65536:
            raise ValueError(f"{port} is out of the range of ports")
    except ValueError as error:
        print("udp_chat: one port is needed:", error, file=sys.stderr)
        return 2
    try:
        asyncio.run(chat(port))
    except OSError as error:
        print("udp_chat:", error, file=sys.stderr)
        return 1
    return 0


sys.exit(main())
