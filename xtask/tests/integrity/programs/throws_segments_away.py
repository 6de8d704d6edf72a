# A server that tells the kernel to throw away whatever comes on its connection: it is never acknowledged.
import signal
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("", int(sys.argv[1])))
listener.listen()
client, _ = listener.accept()
client.setsockopt(socket.IPPROTO_IP, 21, 255)  # IP_MINTTL: nothing that may have passed a router
signal.pause()
