"""Six checks of udp_sender and tcp_server for pytest, with the weights of gradescope-utils: the ones of ../check50, and of this
project, of the same names.

They are written as its users write them: the test plays the other end with a socket of its own, on a port that was free a
moment ago. What is waited for comes as soon as it can, and is given up after five seconds. The submission is the folder that
pytest is called in.
"""

import os
import socket
import subprocess
import time
import unittest

from gradescope_utils.autograder_utils.decorators import number, weight

TIMEOUT = 5
ANSWER = "ok, 问题正在处理中..."


class Programs(unittest.TestCase):
    def start(self, name, *arguments):
        command = ["python3", f"{name}.py"] if os.path.exists(f"{name}.py") else [f"./{name}"]
        program = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(end, program)
        return program

    def finish(self, program, given=None):
        """Waits until it has ended, and returns what it printed."""
        try:
            shown, _ = program.communicate(given, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            self.fail("the program does not end")
        self.assertEqual(program.returncode, 0)
        return shown.decode()


class UdpSender(Programs):
    @weight(2)
    @number("1.1")
    def test_one_datagram(self):
        """One line becomes one datagram, without the newline"""
        self.sends("hello")

    @weight(1)
    @number("1.2")
    def test_utf8_text(self):
        """The text travels as UTF-8"""
        self.sends("你好服务端，我是客户端")

    @weight(1)
    @number("1.3")
    def test_empty_line(self):
        """An empty line is a message, too"""
        self.sends("")

    def sends(self, text):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.bind(("127.0.0.1", 0))
            peer.settimeout(TIMEOUT)
            program = self.start("udp_sender", "127.0.0.1", peer.getsockname()[1])
            program.stdin.write(text.encode() + b"\n")
            program.stdin.flush()
            try:
                data = peer.recv(65536)
            except socket.timeout:
                self.fail("no datagram arrived")
            self.assertEqual(data, text.encode())
            self.finish(program)


class TcpServer(Programs):
    @weight(2)
    @number("2.1")
    def test_one_client(self):
        """One client is shown and answered"""
        self.serves("The printer on the third floor is out of paper again, please send help.")

    @weight(1)
    @number("2.2")
    def test_utf8_text(self):
        """The text is UTF-8, and its length is counted in bytes"""
        self.serves("你好服务端，我是客户端小黑!三楼的打印机又没有纸了。")

    @weight(1)
    @number("2.3")
    def test_client_leaves_silently(self):
        """A client that leaves without a word is no failure"""
        port = free_port()
        program = self.start("tcp_server", port)
        self.connect(port).close()
        self.finish(program)

    def serves(self, text):
        port = free_port()
        program = self.start("tcp_server", port)
        with self.connect(port) as client:
            ip, own_port = client.getsockname()
            client.sendall(text.encode())
            self.assertEqual(self.receive_all(client), ANSWER.encode())
        shown = self.finish(program)
        for word in (ip, str(own_port), text, str(len(text.encode()))):
            self.assertIn(word, shown)

    def connect(self, port):
        """Tries until the server listens."""
        end = time.monotonic() + TIMEOUT
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
            except ConnectionRefusedError:
                if time.monotonic() > end:
                    self.fail("nothing listens at the port")
                time.sleep(0.01)

    def receive_all(self, client):
        """Everything up to the server's FIN."""
        data = b""
        try:
            while chunk := client.recv(65536):
                data += chunk
        except socket.timeout:
            self.fail("the server neither answered nor closed")
        return data


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def end(program):
    program.kill()
    program.communicate()
