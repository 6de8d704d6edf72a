# fault: the text is encoded, and the answer decoded, as GBK instead of UTF-8
# cause: wrong_encoding
# fails: utf8_text

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
    try:
        client.connect(server)
        client.sendall(text.encode("gbk"))
        data = client.recv(1024)
    except OSError as error:
        sys.exit(f"tcp_client: {error}")
    if data:
        print("answer:", data.decode("gbk", errors="replace"))
    else:
        print("The server has left without an answer.")
    client.close()


main()
