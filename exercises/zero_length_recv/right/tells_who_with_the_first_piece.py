# style: says who the client is with its first piece, and not before; several clients at once, with select

import select
import socket
import sys

if len(sys.argv) != 2 or not sys.argv[1].isdecimal() or int(sys.argv[1]) not in range(1, 65536):
    sys.exit("usage: zero_length_recv <port>")

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    listener.bind(("0.0.0.0", int(sys.argv[1])))
except OSError as error:
    sys.exit(f"cannot bind: {error}")
listener.listen()

unknown = {}  # the addresses of clients that have said nothing yet
sockets = [listener]
while True:
    for ready in select.select(sockets, [], [])[0]:
        if ready is listener:
            client, address = listener.accept()
            unknown[client] = address
            sockets.append(client)
            continue
        try:
            data = ready.recv(1024)
        except OSError as error:
            sys.stderr.write(f"!! {error}\n")
            data = None
        if data:
            if ready in unknown:
                print("from %s, port %d:" % unknown.pop(ready))
            sys.stdout.write(f"[{len(data)}] ")
            sys.stdout.flush()
            sys.stdout.buffer.write(data + b"\n")
            sys.stdout.flush()
            continue
        if data is not None:
            print("somebody who said nothing has left" if ready in unknown else "somebody has left")
        unknown.pop(ready, None)
        sockets.remove(ready)
        ready.close()
