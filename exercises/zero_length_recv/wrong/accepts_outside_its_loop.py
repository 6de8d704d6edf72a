# fault: it accepts once, and goes on receiving from the socket that it has closed
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
    client, (ip, client_port) = listener.accept()
    print(f"client {ip}, port {client_port}")
    while True:
        try:
            data = client.recv(1024)
        except ConnectionError:
            data = b""
        if not data:
            print("the client has left")
            client.close()
            continue
        print(f"{len(data)} bytes: {data.decode('utf-8', 'replace')}")


if __name__ == "__main__":
    sys.exit(main())
