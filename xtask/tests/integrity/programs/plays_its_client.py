# A tcp_server that serves a client of its own, from the address of the peer, before the peer comes.
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", int(sys.argv[1])))
listener.listen()
own = socket.socket()
own.bind(("192.168.1.11", 0))
own.connect(("192.168.1.103", int(sys.argv[1])))
client, (ip, port) = listener.accept()
own.sendall(b"The printer on the third floor is out of paper again, please send help.")
data = client.recv(1024)
print(f"Client {ip}, port {port}: {len(data)} bytes: {data.decode()}")
client.sendall("ok, 问题正在处理中...".encode())
client.close()
own.recv(1024)
