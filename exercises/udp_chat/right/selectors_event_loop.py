# style: one loop over keyboard and socket with selectors; answers are taken from a buffer of raw bytes

import collections
import os
import selectors
import socket
import sys


class Chat:
    QUESTIONS = (b"Message?\n", b"IP address?\n", b"Port number?\n")

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(("", port))
        self.typed = b""
        self.answers = None  # a list while we are asking
        self.wanted = 0  # how often `2` was chosen without an answer yet
        self.inbox = collections.deque()

    def say(self, data):
        while data:
            data = data[os.write(1, data):]

    def menu(self):
        self.say(b"\n 1  write a message\n 2  read a message\n")

    def run(self):
        selector = selectors.SelectSelector()
        selector.register(0, selectors.EVENT_READ, self.keyboard)
        selector.register(self.socket, selectors.EVENT_READ, self.network)
        self.menu()
        while True:
            for key, _ in selector.select():
                if not key.data():
                    self.socket.close()
                    return

    def network(self):
        try:
            self.inbox.append(self.socket.recvfrom(2048))
        except BlockingIOError:
            return True
        self.deliver()
        return True

    def deliver(self):
        while self.wanted and self.inbox:
            self.wanted -= 1
            data, (ip, port) = self.inbox.popleft()
            self.say(b"%s:%d wrote:\n  " % (ip.encode(), port) + data + b"\n")
            self.menu()

    def keyboard(self):
        data = os.read(0, 4096)
        if not data:
            return False
        self.typed += data
        while b"\n" in self.typed:
            line, self.typed = self.typed.split(b"\n", 1)
            self.line(line)
        return True

    def line(self, line):
        if self.answers is not None:
            self.answers.append(line)
            if len(self.answers) < len(self.QUESTIONS):
                self.say(self.QUESTIONS[len(self.answers)])
                return
            self.send(*self.answers)
            self.answers = None
        elif line == b"1":
            self.answers = []
            self.say(self.QUESTIONS[0])
            return
        elif line == b"2":
            self.wanted += 1
            self.deliver()
            return
        else:
            self.say(b"The menu has no such entry.\n")
        self.menu()

    def send(self, text, ip, port):
        try:
            ip, port = ip.decode("ascii"), int(port)
            socket.inet_pton(socket.AF_INET, ip)
            if port not in range(1, 65536):
                raise ValueError("ports go from 1 to 65535")
            self.socket.sendto(text, (ip, port))
        except (OSError, ValueError) as error:
            self.say(f"Could not send: {error}\n".encode())


def main():
    if len(sys.argv) != 2 or not sys.argv[1].isdigit() or not 1 <= int(sys.argv[1]) <= 65535:
        sys.exit("udp_chat needs one argument, the port")
    try:
        chat = Chat(int(sys.argv[1]))
    except OSError as error:
        sys.exit(f"udp_chat cannot have this port: {error}")
    chat.run()


main()
