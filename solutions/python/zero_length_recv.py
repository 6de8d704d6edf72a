#!/usr/bin/env python3
"""zero_length_recv <port>: serves clients for ever, and notices by a receive of zero bytes that each has left.

One thread, and any number of clients at once: `selectors` tells which sockets have something for us.
"""

import selectors
import socket
import sys


def parse_port(words):
    """Turns the one argument into a port; raises ValueError with a message for people."""
    if len(words) != 1:
        raise ValueError("usage: zero_length_recv <port>")
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
    listener.setblocking(False)  # a client may be gone again before we accept it; then we must not wait
    return listener


def accept(selector, listener):
    """Takes one client in, and watches it from now on."""
    try:
        client, address = listener.accept()
    except (BlockingIOError, ConnectionAbortedError):
        return  # it did not wait for us
    client.setblocking(False)
    selector.register(client, selectors.EVENT_READ, address)
    print(f"Client {address[0]}, port {address[1]}")


def receive(selector, client, address):
    """Receives once. `select` has said that this will not wait: bytes are there, or the end, or an error."""
    who = f"{address[0]}:{address[1]}"
    try:
        data = client.recv(1024)
    except BlockingIOError:
        return  # nothing yet after all, which is not the same as zero bytes
    except OSError as error:  # reset: this client is lost, the others are not
        print(f"The client at {who} is lost: {error}")
        dismiss(selector, client)
        return
    if data:
        print(f"Received {len(data)} bytes: {data.decode('utf-8', errors='replace')}")
    else:
        # No message is empty: zero bytes mean that nothing more will ever come. Whoever goes on watching this socket
        # is told at once that it is ready, again and again.
        print(f"The client at {who} has left.")
        dismiss(selector, client)


def dismiss(selector, client):
    selector.unregister(client)
    client.close()  # our FIN goes out, and the descriptor is free again


def main():
    try:
        port = parse_port(sys.argv[1:])
        with open_listener(port) as listener, selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            print(f"Listening at port {port}.")
            while True:
                # Waits until something has come, without a time-out and without burning CPU time.
                for key, _ in selector.select():
                    if key.fileobj is listener:
                        accept(selector, listener)
                    else:
                        receive(selector, key.fileobj, key.data)
    except (OSError, ValueError) as error:
        sys.exit(f"zero_length_recv: {error}")  # to stderr, and the exit code is 1


if __name__ == "__main__":
    if sys.stdout is not None:
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the locale says
    main()
