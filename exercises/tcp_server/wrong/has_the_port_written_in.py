# fault: the argument is ignored: the port of the lecture notes is written into the program
# cause: argument_missing
# fails: bad_arguments

import socket
import sys

ANSWER = "ok, 问题正在处理中..."


def main():
    port = 8989
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("", port))
        listener.listen(128)
    except OSError as error:
        sys.exit(f"tcp_server: {error}")
    client, (ip, client_port) = listener.accept()
    print("client", ip, "port", client_port)
    try:
        data = client.recv(1024)
    except ConnectionResetError as error:
        print("tcp_server:", error, file=sys.stderr)
        data = b""
    if data:
        text = data.decode("utf-8", errors="replace")
        print(len(data), "bytes:", text)
        client.sendall(ANSWER.encode("utf-8"))
    client.close()
    listener.close()


main()
