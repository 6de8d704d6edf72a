# A tcp_server that does its work in its first run. In its second one it plays the peer of the first, which has left, from the
# very address and port that it had.
import os
import socket
import sys

NOTE = "/tmp/client"
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", int(sys.argv[1])))
listener.listen()
if os.path.exists(NOTE):
    ip, port = open(NOTE).read().split()
    own = socket.socket()
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind((ip, int(port)))
    own.connect(("192.168.1.103", int(sys.argv[1])))
client, (ip, port) = listener.accept()
open(NOTE, "w").write(f"{ip} {port}")
data = client.recv(1024)
print(f"Client {ip}, port {port}: {len(data)} bytes: {data.decode()}")
client.sendall("ok, 问题正在处理中...".encode())
client.close()
