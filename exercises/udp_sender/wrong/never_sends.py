# fault: it reads the line, says that it has sent it, and sends nothing
# cause: nothing_sent; error_ignored in too_large
# fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram, too_large

import ipaddress
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
    ip, port = arguments()
    line = sys.stdin.readline()
    if line:
        print("sent to", ip, "port", port)


main()
