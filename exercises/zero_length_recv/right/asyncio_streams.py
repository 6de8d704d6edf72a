# style: asyncio with streams; every client has a coroutine

import asyncio
import sys


async def serve(reader, writer):
    ip, port = writer.get_extra_info("peername")[:2]
    print(f"* {ip}:{port} connected")
    try:
        while True:
            data = await reader.read(1024)
            if data == b"":
                print(f"* {ip}:{port} left")
                break
            print(f"{ip}:{port} ({len(data)} bytes): {data.decode('utf-8', 'replace')}")
    except ConnectionError as error:
        print(f"* {ip}:{port} lost: {error}", file=sys.stderr)
    finally:
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError:
            pass  # it has been told already


async def main(port):
    server = await asyncio.start_server(serve, "0.0.0.0", port, reuse_address=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    try:
        (word,) = sys.argv[1:]
        number = int(word)
        if not 1 <= number <= 65535:
            raise ValueError("out of range")
    except ValueError:
        sys.exit("usage: zero_length_recv <port>, from 1 to 65535")
    try:
        asyncio.run(main(number))
    except OSError as error:
        sys.exit(f"zero_length_recv: {error}")
