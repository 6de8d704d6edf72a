# style: asyncio: the one client is accepted by hand, and talked to with a stream reader and a stream writer

import asyncio
import socket
import sys


def open_listener(port):
    # create_server sets SO_REUSEADDR by itself, on Unix.
    listener = socket.create_server(("", port), backlog=50)
    listener.setblocking(False)
    return listener


async def serve(client):
    reader, writer = await asyncio.open_connection(sock=client)
    try:
        data = await reader.read(1024)
        if data:
            print(f"received: {data.decode('utf-8', 'replace')} ({len(data)} bytes)")
            writer.write("ok, 问题正在处理中...".encode())
            await writer.drain()
        else:
            print("the client closed the connection")
        writer.close()
        await writer.wait_closed()
    except ConnectionError as error:
        print("the client is lost:", error, file=sys.stderr)
        writer.close()


async def run(port):
    with open_listener(port) as listener:
        print("listening")
        client, (ip, client_port) = await asyncio.get_running_loop().sock_accept(listener)
        print(f"connected: {ip} port {client_port}")
        await serve(client)


def main(words):
    try:
        (port,) = map(int, words)
        if not 0 < port < 65536:
            raise ValueError(f"{port} is out of range")
    except ValueError as error:
        return f"tcp_server: a port is needed, and nothing else: {error}"
    try:
        asyncio.run(run(port))
    except OSError as error:
        return f"tcp_server: {error}"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
