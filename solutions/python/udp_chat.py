#!/usr/bin/env python3
"""udp_chat <port>: one socket, bound to the port, for sending and for receiving, and a menu that goes on."""

import ipaddress
import socket
import sys


def parse_port(word):
    """Turns a word into a port; raises ValueError with a message for people."""
    if not (word.isdecimal() and 1 <= int(word) <= 65535):
        raise ValueError(f"`{word}` is no port: ports go from 1 to 65535")
    return int(word)


def send_msg(udp_socket):
    """Asks for a text and for the other side's address, and sends."""
    msg = input("Text to send: ")
    dest_ip = input("The other side's ip: ")
    dest_port = input("The other side's port: ")
    try:
        # sendto would take any word for a host's name and look it up. So we look first whether it is an address.
        dest_addr = (str(ipaddress.IPv4Address(dest_ip.strip())), parse_port(dest_port.strip()))
        udp_socket.sendto(msg.encode("utf-8"), dest_addr)
    except (OSError, ValueError) as error:  # ValueError: no address, no port, or no text
        print(f"Not sent: {error}")
    else:
        print("Sent.")


def recv_msg(udp_socket):
    """Receives one message and shows it. The system keeps what has come, in order; if nothing has, recvfrom waits."""
    data, (ip, port) = udp_socket.recvfrom(1024)
    # Another program may send anything. Bytes that are no UTF-8 must not raise an exception here.
    print(f">>> {ip}, port {port}: {data.decode('utf-8', errors='replace')}")


def menu(udp_socket):
    """Goes on until the input ends. Then input() raises EOFError, here or inside a question."""
    while True:
        print("=" * 30)
        print("1: send a message")
        print("2: receive a message")
        print("=" * 30)
        op_num = input("Your choice: ").strip()
        if op_num == "1":
            send_msg(udp_socket)
        elif op_num == "2":
            recv_msg(udp_socket)
        else:
            print(f"There is no choice `{op_num}`.")


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: udp_chat <port>")  # to stderr, and the exit code is 1
    try:
        port = parse_port(sys.argv[1])
        # One socket for both directions: what it sends comes from the port at which it receives.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp_socket:
            udp_socket.bind(("", port))  # "" is every address of this machine
            menu(udp_socket)
    except EOFError:
        print()  # the last question has no newline yet; the end of the input is no failure
    except (OSError, ValueError) as error:
        sys.exit(f"udp_chat: {error}")


if __name__ == "__main__":
    for stream in (sys.stdin, sys.stdout):
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="replace")  # whatever the locale says
    main()
