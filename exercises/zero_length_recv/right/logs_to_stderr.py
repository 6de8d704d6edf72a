# style: reads a file made from the socket, with `read1`, and logs everything on stderr, with the time

import argparse
import logging
import socket

log = logging.getLogger("zero_length_recv")


def port(word):
    number = int(word)
    if not 0 < number <= 65535:
        raise argparse.ArgumentTypeError(f"{word} is not between 1 and 65535")
    return number


def serve(client):
    # Closing the file is not enough: the connection ends when both are closed.
    with client, client.makefile("rb") as stream:
        # read1 returns what one receive brings, and b"" at the end of the stream
        for piece in iter(lambda: stream.read1(1024), b""):
            log.info("received %d bytes\n%s", len(piece), piece.decode("utf-8", "replace"))


def main():
    parser = argparse.ArgumentParser(prog="zero_length_recv")
    parser.add_argument("port", type=port)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.DEBUG, format="%(asctime)s %(name)s %(levelname)-7s %(message)s")
    try:
        listener = socket.create_server(("", arguments.port))  # sets SO_REUSEADDR on POSIX
    except OSError as error:
        log.critical("cannot listen at %d: %s", arguments.port, error)
        raise SystemExit(1)
    with listener:
        while True:
            client, address = listener.accept()
            log.info("client %s:%d is connected", *address)
            try:
                serve(client)
                log.info("client %s:%d closed the connection", *address)
            except OSError as error:
                log.warning("client %s:%d: %s", *address, error)


main()
