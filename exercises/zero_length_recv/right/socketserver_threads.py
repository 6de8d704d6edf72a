# style: socketserver does the accepting and the closing; it shuts a connection down before it closes it

import socketserver
import sys


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        print("client connected:", self.client_address)

    def handle(self):
        try:
            while data := self.request.recv(1024):
                text = data.decode(errors="replace")
                print(f"{len(data)} byte(s) from {self.client_address}: {text}")
        except ConnectionError as error:
            print("connection lost:", self.client_address, error, file=sys.stderr)
        else:
            print("client disconnected:", self.client_address)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64


def port_of(words):
    if len(words) != 1:
        raise ValueError("usage: zero_length_recv <port>")
    port = int(words[0])
    if port not in range(1, 65536):
        raise ValueError(f"{port} is no port")
    return port


if __name__ == "__main__":
    try:
        with Server(("", port_of(sys.argv[1:])), Handler) as server:
            server.serve_forever(poll_interval=None)  # nobody is going to call shutdown()
    except (OSError, ValueError) as error:
        sys.exit(f"zero_length_recv: {error}")
