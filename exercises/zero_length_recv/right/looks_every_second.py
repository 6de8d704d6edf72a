# style: every wait has a time-out of one second, after which the program waits again

import socket
import sys

if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or not 1 <= int(sys.argv[1]) <= 65535:
    sys.exit("usage: zero_length_recv <port>")

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    server.bind(("", int(sys.argv[1])))
except OSError as error:
    sys.exit(f"bind: {error}")
server.listen()
server.settimeout(1)


def pieces(conn):
    while True:
        try:
            data = conn.recv(1024)
        except TimeoutError:
            continue
        if not data:
            return
        yield data


while True:
    try:
        conn, (ip, port) = server.accept()
    except TimeoutError:
        continue
    conn.settimeout(1)
    print(f"{ip}:{port} has come", flush=True)
    with conn:
        try:
            for data in pieces(conn):
                print(f"{len(data)} bytes: {data.decode(errors='replace')}", flush=True)
            print(f"{ip}:{port} has gone", flush=True)
        except OSError as error:
            print(f"{ip}:{port} was lost: {error}", flush=True)
