# fault: bytes that are no UTF-8 end the handler with a traceback, which socketserver prints; the program exits with 0
# cause: crashed
# fails: not_text

import socketserver
import sys


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data, _ = self.request
        ip, port = self.client_address
        text = data.decode("utf-8")
        print(f"{ip} port {port}: {text}")


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 1 <= int(sys.argv[1]) <= 65535:
        print("usage: udp_receiver <port>", file=sys.stderr)
        return 2
    try:
        server = socketserver.UDPServer(("", int(sys.argv[1])), Handler)
    except OSError as error:
        print("The server cannot be started:", error.strerror, file=sys.stderr)
        return 1
    with server:
        server.handle_request()
    return 0


sys.exit(main())
