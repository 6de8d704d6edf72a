# style: a socketserver with a handler class; `handle_request` serves one client, the library accepts and closes

import socketserver
import sys


class Handler(socketserver.BaseRequestHandler):
    answer = "ok, 问题正在处理中..."

    def handle(self):
        ip, port = self.client_address
        print("New client! IP:", ip, "port:", port)
        try:
            data = self.request.recv(1024)
            if not data:
                print("Bye, silent client.")
                return
            print("Length:", len(data))
            print("Text:", str(data, "utf-8", "replace"))
            self.request.sendall(self.answer.encode("utf-8"))
        except ConnectionError as error:
            print("Client lost:", error, file=sys.stderr)


class Server(socketserver.TCPServer):
    allow_reuse_address = True


def main():
    words = sys.argv[1:]
    if len(words) != 1 or not words[0].isdigit() or not 1 <= int(words[0]) <= 65535:
        print("usage: tcp_server <port between 1 and 65535>", file=sys.stderr)
        return 2
    try:
        server = Server(("0.0.0.0", int(words[0])), Handler)
    except OSError as error:
        print("cannot listen:", error.strerror, file=sys.stderr)
        return 1
    with server:
        server.handle_request()
    return 0


if __name__ == "__main__":
    sys.exit(main())
