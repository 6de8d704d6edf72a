# A udp_sender that tries to get the address at which the peer waits, so as to be who receives. It tells what came of it.
import socket
import sys

OPTIONS = {
    "nothing": [],
    "SO_REUSEADDR": [(socket.SOL_SOCKET, socket.SO_REUSEADDR)],
    "SO_REUSEPORT": [(socket.SOL_SOCKET, socket.SO_REUSEPORT)],
    "both": [(socket.SOL_SOCKET, socket.SO_REUSEADDR), (socket.SOL_SOCKET, socket.SO_REUSEPORT)],
    "IP_FREEBIND": [(socket.IPPROTO_IP, 15)],
    "IP_TRANSPARENT": [(socket.IPPROTO_IP, 19)],
}
for name, options in OPTIONS.items():
    for ip in (sys.argv[1], "0.0.0.0"):
        taker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            for level, option in options:
                taker.setsockopt(level, option, 1)
            taker.bind((ip, int(sys.argv[2])))
            print(f"{name}: has {ip}")
        except OSError as error:
            print(f"{name}: {error.strerror}")
