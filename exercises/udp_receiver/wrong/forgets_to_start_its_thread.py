# fault: the thread that should receive is never started, and the loop sleeps until something has come
# cause: sleeps
# fails: binds_every_address, shows_text_and_sender, utf8_text, first_of_two, empty_datagram, not_text, kilobyte

import socket
import sys
import threading
import time

received = []


def argument():
    if len(sys.argv) != 2:
        sys.exit("usage: udp_receiver <port>")
    try:
        port = int(sys.argv[1])
    except ValueError as error:
        sys.exit(f"udp_receiver: {error}")
    if not 1 <= port <= 65535:
        sys.exit(f"udp_receiver: {port} is no port")
    return port


def main():
    port = argument()
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.bind(("", port))
    except OSError as error:
        sys.exit(f"udp_receiver: {error}")
    threading.Thread(target=lambda: received.append(udp_socket.recvfrom(1024)))
    while not received:
        time.sleep(0.01)
    data, (ip, sender_port) = received[0]
    text = data.decode("utf-8", errors="replace")
    print(ip, "port", sender_port, "sends:", text)
    udp_socket.close()


main()
