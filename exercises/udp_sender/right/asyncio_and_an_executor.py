# style: asyncio; the line is read in an executor, the socket does not block

import asyncio
import socket
import sys


async def send(text, destination):
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
        udp_socket.setblocking(False)
        # The socket knows where to send to from here on. Nothing goes out yet.
        await loop.sock_connect(udp_socket, destination)
        await loop.sock_sendall(udp_socket, text)


async def run(destination):
    loop = asyncio.get_running_loop()
    line = await loop.run_in_executor(None, sys.stdin.buffer.readline)
    if line:
        await send(line[:-1] if line.endswith(b"\n") else line, destination)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: udp_sender <ip> <port>")
    _, ip, port = sys.argv
    try:
        socket.inet_pton(socket.AF_INET, ip)
        port = int(port)
        if port not in range(1, 65536):
            raise ValueError(f"port {port} is not between 1 and 65535")
        asyncio.run(run((ip, port)))
    except (OSError, ValueError) as error:
        sys.exit(f"udp_sender: {error}")


if __name__ == "__main__":
    main()
