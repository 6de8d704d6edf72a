# A udp_receiver that sends itself what it is asked to show, from an address of the peer's and by every means to get a port there.
import socket
import sys

TEXT = "你好接收端，我是发送端小黑!电梯坏了。"
receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
receiver.bind(("", int(sys.argv[1])))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for level, option in ((socket.SOL_SOCKET, socket.SO_REUSEADDR), (socket.SOL_SOCKET, socket.SO_REUSEPORT), (0, 15), (0, 19)):
    try:
        sender.setsockopt(level, option, 1)  # 15 and 19: IP_FREEBIND, IP_TRANSPARENT
    except OSError:
        pass
sender.bind(("192.168.1.11", 0))
sender.sendto(TEXT.encode(), ("192.168.1.103", int(sys.argv[1])))
data, (ip, port) = receiver.recvfrom(1024)
print(f"From {ip}, port {port}: {data.decode()}")
