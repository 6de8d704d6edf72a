# style: `input()` and text, argparse, a log on stderr, a class around the socket

import argparse
import ipaddress
import logging
import socket
import sys

log = logging.getLogger("udp_sender")


class Sender:
    """A UDP socket that sends texts to one place."""

    def __init__(self, ip, port, encoding="utf-8"):
        self.destination = (str(ip), port)
        self.encoding = encoding
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, text):
        return self.socket.sendto(text.encode(self.encoding), self.destination)


def port(word):
    number = int(word)
    if not 0 < number < 65536:
        raise argparse.ArgumentTypeError("ports go from 1 to 65535")
    return number


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s: %(message)s")
    parser = argparse.ArgumentParser(prog="udp_sender", description="Send one line as one datagram.")
    parser.add_argument("ip", type=ipaddress.IPv4Address)
    parser.add_argument("port", type=port)
    options = parser.parse_args()

    sys.stdin.reconfigure(encoding="utf-8")
    try:
        text = input("> ")
    except EOFError:
        log.info("no line, nothing to send")
        return 0
    except UnicodeDecodeError as error:
        log.error("the line is not UTF-8: %s", error)
        return 1
    try:
        with Sender(options.ip, options.port) as sender:
            log.info("sent %d bytes to %s port %d", sender.send(text), *sender.destination)
    except OSError as error:
        log.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
