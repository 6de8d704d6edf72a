# fault: the event loop goes on reading the standard input when the text is sent
# cause: input_watched
# fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram

import asyncio
import ipaddress
import socket
import sys


def arguments():
    if len(sys.argv) != 3:
        sys.exit("usage: udp_sender <ip> <port>")
    try:
        ip, port = str(ipaddress.IPv4Address(sys.argv[1])), int(sys.argv[2])
    except ValueError as error:
        sys.exit(f"udp_sender: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"udp_sender: {port} is no port")
    return ip, port


def main():
    destination = arguments()
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    loop = asyncio.new_event_loop()

    def send_line():
        line = sys.stdin.buffer.readline()
        if not line:
            sys.exit(0)
        try:
            udp_socket.sendto(line.removesuffix(b"\n"), destination)
        except OSError as error:
            sys.exit(f"udp_sender: {error}")

    print("Text: ", end="", flush=True)
    loop.add_reader(sys.stdin, send_line)
    loop.run_forever()


main()
