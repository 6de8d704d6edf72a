#!/usr/bin/env python3
"""tcp_server <port>: accepts one client, receives once, shows what came and from whom, answers, closes first."""

import socket
import sys

ANSWER = "ok, 问题正在处理中..."


def parse_port(words):
    """Turns the one argument into a port; raises ValueError with a message for people."""
    if len(words) != 1:
        raise ValueError("usage: tcp_server <port>")
    (port,) = words
    if not (port.isdecimal() and 1 <= int(port) <= 65535):
        raise ValueError(f"`{port}` is no port: ports go from 1 to 65535")
    return int(port)


def open_listener(port):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # Before bind, or it is of no use: lets us have the port although TIME_WAIT of our last run holds it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))  # "" is every address of this machine
    listener.listen(128)  # so many clients may wait to be accepted
    return listener


def serve(client):
    """Receives once, shows it and answers."""
    data = client.recv(1024)
    if not data:
        print("The client left without a word.")
        return
    print(f"Received {len(data)} bytes: {data.decode('utf-8', errors='replace')}")
    client.sendall(ANSWER.encode("utf-8"))


def main():
    try:
        port = parse_port(sys.argv[1:])
        # Each `with` closes its socket at its end: first the connection, so that our FIN goes out, then the listener.
        with open_listener(port) as listener:
            print(f"Listening at port {port}.")
            client, (ip, client_port) = listener.accept()
            with client:
                print(f"Client {ip}, port {client_port}")
                try:
                    serve(client)
                except ConnectionError as error:  # reset: the client is gone, which is no failure of ours
                    print(f"tcp_server: lost the client: {error}", file=sys.stderr)
    except (OSError, ValueError) as error:
        sys.exit(f"tcp_server: {error}")  # to stderr, and the exit code is 1


if __name__ == "__main__":
    if sys.stdout is not None:
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    main()
