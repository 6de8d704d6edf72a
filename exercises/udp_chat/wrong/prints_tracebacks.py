# fault: what cannot be sent is answered with the traceback of the exception
# cause: trace_shown
# fails: wrong_address, wrong_port, port_no_number

import socket
import sys
import traceback


def parse_port(word):
    port = int(word)
    if not 1 <= port <= 65535:
        raise ValueError(f"{port} is no port")
    return port


def send_msg(udp_socket):
    msg = input("text: ")
    dest_ip = input("ip: ")
    dest_port = input("port: ")
    try:
        socket.inet_pton(socket.AF_INET, dest_ip)
        udp_socket.sendto(msg.encode("utf-8"), (dest_ip, parse_port(dest_port)))
    except (OSError, ValueError):
        traceback.print_exc()


def recv_msg(udp_socket):
    data, (ip, port) = udp_socket.recvfrom(1024)
    print(f">>> {ip}:{port}: {data.decode('utf-8', errors='replace')}")


def menu(udp_socket):
    while True:
        print("1: send a message")
        print("2: receive a message")
        op_num = input("choice: ")
        if op_num == "1":
            send_msg(udp_socket)
        elif op_num == "2":
            recv_msg(udp_socket)
        else:
            print("there is no such choice")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: udp_chat <port>")
    try:
        port = parse_port(sys.argv[1])
        udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp_socket.bind(("", port))
    except (OSError, ValueError) as error:
        sys.exit(f"udp_chat: {error}")
    try:
        menu(udp_socket)
    except EOFError:
        pass
    udp_socket.close()


main()
