# fault: the arguments are ignored: 127.0.0.1 and the port of the lecture notes are written into the program
# cause: wrong_destination; argument_ignored in bad_arguments
# fails: all

import socket
import sys


def main():
    server = ("127.0.0.1", 1111)
    text = sys.stdin.readline().rstrip("\n")
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        client.connect(server)
        client.sendall(text.encode("utf-8"))
        data = client.recv(1024)
    except OSError as error:
        sys.exit(f"tcp_client: {error}")
    if data:
        print("answer:", data.decode("utf-8", errors="replace"))
    else:
        print("The server has left without an answer.")
    client.close()


main()
