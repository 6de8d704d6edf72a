# fault: a process that reads the keyboard for it is left behind, and waits for the next line
# cause: process_left
# fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram, too_large

import ipaddress
import os
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


def start_reader():
    """Starts a process that reads lines, and returns the end of a pipe at which they come out."""
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        os.close(read_end)
        with os.fdopen(write_end, "wb") as pipe:
            for line in sys.stdin.buffer:
                pipe.write(line)
                pipe.flush()
        os._exit(0)
    os.close(write_end)
    return os.fdopen(read_end, "rb")


def main():
    destination = arguments()
    line = start_reader().readline()
    if not line:
        return
    text = line.removesuffix(b"\n").decode("utf-8", errors="replace")
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.sendto(text.encode("utf-8"), destination)
    except OSError as error:
        sys.exit(f"udp_sender: {error}")
    udp_socket.close()


main()
