"""Six checks of udp_sender and tcp_server for check50: the ones of ../pytest, and of this project, of the same names.

They are written as its users write them: the check plays the other end with a socket of its own, on a port that was free a
moment ago. What is waited for comes as soon as it can, and is given up after five seconds.
"""

import os
import socket
import time

import check50

TIMEOUT = 5
ANSWER = "ok, 问题正在处理中..."


@check50.check()
def udp_one_datagram():
    """udp_sender: one line becomes one datagram, without the newline"""
    sends("hello")


@check50.check()
def udp_utf8_text():
    """udp_sender: the text travels as UTF-8"""
    sends("你好服务端，我是客户端")


@check50.check()
def udp_empty_line():
    """udp_sender: an empty line is a message, too"""
    sends("")


@check50.check()
def tcp_one_client():
    """tcp_server: one client is shown and answered"""
    serves("The printer on the third floor is out of paper again, please send help.")


@check50.check()
def tcp_utf8_text():
    """tcp_server: the text is UTF-8, and its length is counted in bytes"""
    serves("你好服务端，我是客户端小黑!三楼的打印机又没有纸了。")


@check50.check()
def tcp_client_leaves_silently():
    """tcp_server: a client that leaves without a word is no failure"""
    port = free_port()
    program = run("tcp_server", port)
    connect(port).close()
    program.exit(0, timeout=TIMEOUT)


def sends(text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(TIMEOUT)
        program = run("udp_sender", "127.0.0.1", peer.getsockname()[1])
        program.stdin(text, prompt=False)
        try:
            data = peer.recv(65536)
        except socket.timeout:
            raise check50.Failure("no datagram arrived")
        if data != text.encode():
            raise check50.Mismatch(repr(text.encode()), repr(data))
        program.exit(0, timeout=TIMEOUT)


def serves(text):
    port = free_port()
    program = run("tcp_server", port)
    with connect(port) as client:
        ip, own_port = client.getsockname()
        client.sendall(text.encode())
        answer = receive_all(client)
        if answer != ANSWER.encode():
            raise check50.Mismatch(repr(ANSWER.encode()), repr(answer))
    # Everything up to its end, which this waits for.
    shown = program.stdout(timeout=TIMEOUT)
    for word in (ip, str(own_port), text, str(len(text.encode()))):
        if word not in shown:
            raise check50.Mismatch(word, shown)
    if program.exitcode != 0:
        raise check50.Failure(f"expected exit code 0, not {program.exitcode}")


def run(name, *arguments):
    command = f"python3 {name}.py" if os.path.exists(f"{name}.py") else f"./{name}"
    return check50.run(" ".join([command, *map(str, arguments)]))


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def connect(port):
    """Tries until the server listens."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise check50.Failure("nothing listens at the port")
            time.sleep(0.01)


def receive_all(client):
    """Everything up to the server's FIN."""
    data = b""
    try:
        while chunk := client.recv(65536):
            data += chunk
    except socket.timeout:
        raise check50.Failure("the server neither answered nor closed")
    return data
