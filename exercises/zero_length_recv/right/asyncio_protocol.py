# style: an asyncio protocol, whose methods are called back; it never calls recv itself

import asyncio
import logging
import sys


class Listening(asyncio.Protocol):
    def connection_made(self, transport):
        self.ip, self.port = transport.get_extra_info("peername")
        logging.info("connection from ip %s, port %d", self.ip, self.port)

    def data_received(self, data):
        logging.info("%d bytes: %s", len(data), data.decode("utf-8", errors="backslashreplace"))

    def eof_received(self):
        logging.info("end of the stream")
        return False  # which closes the transport

    def connection_lost(self, error):
        if error is None:
            logging.info("%s:%d has gone", self.ip, self.port)
        else:
            logging.warning("%s:%d: %s", self.ip, self.port, error)


async def main(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Listening, host="0.0.0.0", port=port, backlog=128)
    await server.serve_forever()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(message)s")
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 0 < int(sys.argv[1]) < 65536:
        sys.exit("zero_length_recv wants one port, from 1 to 65535")
    try:
        asyncio.run(main(int(sys.argv[1])))
    except OSError as error:
        logging.error("cannot listen: %s", error)
        sys.exit(f"cannot listen: {error}")
