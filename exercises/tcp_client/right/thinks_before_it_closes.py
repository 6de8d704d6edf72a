# style: the socket as a file object (makefile), a pause of a second before the text is sent and before it closes

import ipaddress
import socket
import sys
import time


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
    address = arguments()
    try:
        with socket.create_connection(address) as client, client.makefile("rwb") as stream:
            line = sys.stdin.buffer.readline()
            print("Sending", len(line.rstrip(b"\n")), "bytes ...")
            time.sleep(1)
            stream.write(line.rstrip(b"\n"))
            stream.flush()
            answer = stream.read1(1024)
            if answer:
                sys.stdout.buffer.write(answer + b"\n")
                sys.stdout.flush()
            else:
                print("The other side has closed without answering.")
            time.sleep(1)
    except OSError as error:
        print("tcp_client:", error, file=sys.stderr)
        sys.exit(2)


main()
