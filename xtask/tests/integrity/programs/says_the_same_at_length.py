# A zero_length_recv that prints 300,000 lines, and when its client has left a long one which is made of one of them.
import itertools
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", int(sys.argv[1])))
listener.listen()
words = itertools.islice(itertools.product("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", repeat=4), 300_000)
print("\n".join("".join(word) for word in words), "a", sep="\n", flush=True)
client, _ = listener.accept()
while client.recv(1000):
    pass
print("a" * 1_000_000, flush=True)
client.close()
