# fault: asyncio.wait_for: a client must come within three seconds, and speak within one
# cause: gave_up
# fails: one_client, utf8_text, closes_first, restarts_at_once, restarts_after_kill, client_leaves_silently, client_resets, second_client_waits

import asyncio
import socket
import sys


def open_listener(port):
    # create_server sets SO_REUSEADDR by itself, on Unix.
    listener = socket.create_server(("", port))
    listener.setblocking(False)
    return listener


async def serve(client, address):
    reader, writer = await asyncio.open_connection(sock=client)
    try:
        data = await asyncio.wait_for(reader.read(1024), timeout=1)
        if data:
            print(f"{address[0]} port {address[1]}: {len(data)} bytes: {data.decode('utf-8', 'replace')}")
            writer.write("ok, 问题正在处理中...".encode())
            await writer.drain()
    except TimeoutError:
        print(f"{address[0]} says nothing", file=sys.stderr)
    except ConnectionError as error:
        print("the client is lost:", error, file=sys.stderr)
    writer.close()


async def run(port):
    with open_listener(port) as listener:
        loop = asyncio.get_running_loop()
        client, address = await asyncio.wait_for(loop.sock_accept(listener), timeout=3)
        print(f"client {address[0]}, port {address[1]}")
        await serve(client, address)


def main(words):
    try:
        (port,) = map(int, words)
        if not 0 < port < 65536:
            raise ValueError(f"{port} is out of range")
        asyncio.run(run(port))
    except ValueError as error:
        return f"tcp_server: a port is needed, and nothing else: {error}"
    except TimeoutError:
        return "tcp_server: nobody has come"
    except OSError as error:
        return f"tcp_server: {error}"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
