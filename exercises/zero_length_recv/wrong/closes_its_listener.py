# fault: it closes the listening socket instead of the client's
# cause: ends_with_client
# fails: notices_the_close, leaves_without_a_word, does_not_spin, next_client_is_served, half_close, reset_is_not_the_end, empty_send_is_no_close, not_text, fifty_clients

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
                print(f"{len(data)} bytes: {data.decode('utf-8', 'replace')}")
            print("the client has left")
        except ConnectionError as error:
            print("the client is lost:", error)
        listener.close()


if __name__ == "__main__":
    sys.exit(main())
