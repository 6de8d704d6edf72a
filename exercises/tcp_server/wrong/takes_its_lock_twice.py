# fault: it takes a lock that it holds already, and waits for itself for ever
# cause: blocked
# fails: one_client, utf8_text, closes_first, restarts_at_once, restarts_after_kill, second_client_waits

import socket
import sys
import threading

ANSWER = "ok, 问题正在处理中..."
LOCK = threading.Lock()


def say(*words):
    with LOCK:
        print(*words)


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
    say("client", ip, "port", client_port)
    try:
        data = client.recv(1024)
    except ConnectionResetError as error:
        print("tcp_server:", error, file=sys.stderr)
        data = b""
    if data:
        text = data.decode("utf-8", errors="replace")
        with LOCK:
            client.sendall(ANSWER.encode("utf-8"))
            say(len(data), "bytes:", text)
    client.close()
    listener.close()


main()
