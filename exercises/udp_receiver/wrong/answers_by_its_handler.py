# fault: socketserver's DatagramRequestHandler always sends an answer, here an empty one
# cause: unasked_bytes
# fails: binds_every_address, shows_text_and_sender, utf8_text, first_of_two, empty_datagram, not_text, kilobyte

import socketserver
import sys


class Handler(socketserver.DatagramRequestHandler):
    def handle(self):
        text = self.rfile.read().decode("utf-8", errors="replace")
        ip, port = self.client_address
        print(ip, "port", port, "sends:", text)


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
    port = argument()
    try:
        server = socketserver.UDPServer(("", port), Handler)
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    with server:
        server.handle_request()


main()
