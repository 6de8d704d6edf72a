# style: the connection is read and written as files, made with `socket.makefile`

import socket
import sys


class Unusable(Exception):
    """Why the server cannot be started."""


def port_of(words):
    try:
        (word,) = words
        port = int(word, base=10)
    except ValueError:
        raise Unusable("call me with one port") from None
    if port < 1 or port > 65535:
        raise Unusable(f"there is no port {port}")
    return port


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("0.0.0.0", port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise Unusable(f"port {port}: {error}") from error
    return listener


def serve(client):
    with client.makefile("rb") as incoming, client.makefile("w", encoding="utf-8", newline="") as outgoing:
        # read1 asks the system once. read would come back only when it has all 1024 bytes, or the client closes.
        data = incoming.read1(1024)
        if not data:
            return "left"
        print("%s\n^ that was %d bytes" % (data.decode("utf-8", errors="replace"), len(data)))
        outgoing.write("ok, 问题正在处理中...")
    return "served"


def main():
    try:
        port = port_of(sys.argv[1:])
        listener = listen(port)
    except Unusable as reason:
        print("tcp_server:", reason, file=sys.stderr)
        raise SystemExit(1)
    with listener:
        client, address = listener.accept()
        with client:
            print(address)
            try:
                print(serve(client))
            except ConnectionError as error:
                print("reset by the client:", error, file=sys.stderr)


if __name__ == "__main__":
    main()
