# fault: bytes that are no UTF-8 end the program with a traceback
# cause: crashed
# fails: not_text

import socket
import sys


def main():
    try:
        port = int(sys.argv[1])
        if not 0 < port < 65536:
            raise ValueError(f"{port} is no port")
        listener = socket.create_server(("", port))
    except (IndexError, ValueError, OSError) as error:
        return f"zero_length_recv <port>: {error}"
    while True:
        try:
            client, (ip, client_port) = listener.accept()
        except OSError as error:
            return f"zero_length_recv: accept: {error}"
        print(f"client {ip}, port {client_port}")
        try:
            while data := client.recv(1024):
                print(f"{len(data)} bytes: {data.decode()}")
            print("the client has left")
        except ConnectionError as error:
            print("the client is lost:", error)
        client.close()


if __name__ == "__main__":
    sys.exit(main())
