# style: the dialogue is a generator that yields questions and is sent the answers; standard input is read as bytes

import ipaddress
import socket
import sys

MENU = "① 1 发送消息   ② 2 接收消息：".encode()


def dialogue(udp_socket):
    while True:
        choice = yield MENU
        if choice == b"1":
            text = yield "消息：".encode()
            ip = yield "对方ip：".encode()
            try:
                address = ipaddress.IPv4Address(ip.decode("ascii", "replace"))
            except ValueError:
                say("这不是ip地址，不发送。")
                continue
            port = yield "对方端口：".encode()
            if not port.isdigit() or not 0 < int(port[:6]) < 65536:
                say("这不是端口，不发送。")
                continue
            try:
                udp_socket.sendto(text, (str(address), int(port)))
            except OSError as error:
                say(f"系统没有发送：{error}")
        elif choice == b"2":
            buffer = bytearray(1500)
            length, sender = udp_socket.recvfrom_into(buffer)
            say(f"{sender} {bytes(buffer[:length]).decode('utf-8', 'replace')}")
        else:
            say("没有这个选项，请再选一次。")


def say(words):
    """Says something that wants no answer."""
    sys.stdout.buffer.write(words.encode("utf-8", "replace") + b"\n")


def main():
    words = sys.argv[1:]
    if len(words) != 1 or not words[0].isdecimal() or not 0 < int(words[0]) < 65536:
        sys.stderr.write("usage: udp_chat PORT\n")
        raise SystemExit(2)
    udp_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp_socket.bind(("0.0.0.0", int(words[0])))
    except OSError as error:
        sys.stderr.write(f"bind: {error.strerror}\n")
        raise SystemExit(1)

    talk = dialogue(udp_socket)
    question = next(talk)
    while True:
        sys.stdout.buffer.write(question)
        sys.stdout.buffer.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            break
        question = talk.send(line.rstrip(b"\n"))
    udp_socket.close()


main()
