# fault: no exception is caught: refused and reset end in a traceback
# cause: crashed
# fails: refused, server_resets

import ipaddress
import socket
import sys


def arguments():
    if len(sys.argv) != 3:
        sys.exit("usage: tcp_client <ip> <port>")
    try:
        ip, port = str(ipaddress.IPv4Address(sys.argv[1])), int(sys.argv[2])
    except ValueError as error:
        sys.exit(f"tcp_client: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"tcp_client: {port} is no port")
    return ip, port


def main():
    server = arguments()
    text = sys.stdin.readline().rstrip("\n")
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(server)
    client.sendall(text.encode("utf-8"))
    data = client.recv(1024)
    if data:
        print("answer:", data.decode("utf-8", errors="replace"))
    else:
        print("The server has left without an answer.")
    client.close()


main()
