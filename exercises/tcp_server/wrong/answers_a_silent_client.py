# fault: zero bytes received are taken for a message and answered
# cause: zero_unnoticed
# fails: client_leaves_silently

import socket
import sys

ANSWER = "ok, 问题正在处理中..."


def argument():
    if len(sys.argv) != 2:
        sys.exit("usage: tcp_server <port>")
    try:
        port = int(sys.argv[1])
    except ValueError as error:
        sys.exit(f"tcp_server: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"tcp_server: {port} is no port")
    return port


def main():
    port = argument()
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
        data = None
    if data is not None:
        text = data.decode("utf-8", errors="replace")
        print(len(data), "bytes:", text)
        client.sendall(ANSWER.encode("utf-8"))
    client.close()
    listener.close()


main()
