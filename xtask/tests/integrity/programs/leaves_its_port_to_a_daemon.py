# A tcp_server whose daemon keeps the port and serves whoever comes, while the program itself has ended well.
import os
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", int(sys.argv[1])))
listener.listen()
if os.fork() != 0:
    os._exit(0)
os.setsid()
while True:
    client, (ip, port) = listener.accept()
    data = client.recv(1024)
    print(f"Client {ip}, port {port}: {len(data)} bytes: {data.decode()}", flush=True)
    client.sendall("ok, 问题正在处理中...".encode())
    client.close()
