# style: connects first, then one select loop watches the keyboard and the socket, with a time-out that does nothing

import ipaddress
import os
import select
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


def talk(server):
    """Sends the first line that is typed, returns what the server says."""
    typed = b""
    watched = [sys.stdin, server]
    while True:
        ready, _, _ = select.select(watched, [], [], 1.0)
        if sys.stdin in ready:
            piece = os.read(sys.stdin.fileno(), 4096)
            typed += piece
            if not piece or b"\n" in piece:
                watched.remove(sys.stdin)
                server.sendall(typed.split(b"\n")[0])
        if server in ready:
            return server.recv(1024)


def main():
    ip, port = arguments()
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        error = server.connect_ex((ip, port))
        if error != 0:
            sys.exit(f"tcp_client: {ip} {port}: {os.strerror(error)}")
        print(f"Connected to {ip} {port}. Your text, please:", flush=True)
        try:
            answer = talk(server)
        except OSError as lost:
            sys.exit(f"tcp_client: the connection is lost: {lost}")
    if not answer:
        sys.exit("The server hung up.")
    print(f"<<< {answer.decode('utf-8', errors='replace')}")
    print("Bye.")


main()
