# fault: the socket is of the type SOCK_DGRAM, so it waits for datagrams and no TCP client can connect
# cause: wrong_protocol
# fails: notices_the_close, leaves_without_a_word, does_not_spin, next_client_is_served, half_close, reset_is_not_the_end, empty_send_is_no_close, fifty_clients, port_taken, not_text

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


def main():
    port = argument()
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("", port))
    except OSError as error:
        sys.exit(f"zero_length_recv: {error}")
    while True:
        data, (ip, client_port) = listener.recvfrom(1024)
        print("client", ip, "port", client_port)
        if data:
            text = data.decode("utf-8", errors="replace")
            print(len(data), "bytes:", text)
        else:
            print("the client has left")


main()
