# fault: it never closes; a connection ends when the variable takes the next client
# cause: never_closed
# fails: notices_the_close, leaves_without_a_word, does_not_spin, next_client_is_served, half_close, reset_is_not_the_end, empty_send_is_no_close, fifty_clients, not_text

import socket
import sys


def argument():
    if len(sys.argv) != 2:
        sys.exit("usage: zero_length_recv <port>")
    try:
        port = int(sys.argv[1])
    except ValueError as error:
        sys.exit(f"zero_length_recv: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"zero_length_recv: {port} is no port")
    return port


def serve(client):
    while True:
        data = client.recv(1024)
        if not data:
            break
        text = data.decode("utf-8", errors="replace")
        print(len(data), "bytes:", text)


def main():
    port = argument()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("", port))
        listener.listen(128)
    except OSError as error:
        sys.exit(f"zero_length_recv: {error}")
    while True:
        client, (ip, client_port) = listener.accept()
        print("client", ip, "port", client_port)
        try:
            serve(client)
            print("the client has left")
        except ConnectionResetError as error:
            print("zero_length_recv:", error, file=sys.stderr)


main()
