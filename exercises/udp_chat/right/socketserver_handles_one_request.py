# style: socketserver: choice 2 handles one request; the server's own socket sends

import re
import socketserver
import sys

PORT = re.compile(r"[0-9]{1,5}")
IP = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")


class Refused(Exception):
    pass


def to_port(word):
    if not PORT.fullmatch(word) or not 0 < int(word) < 2**16:
        raise Refused(f"a port is a number from 1 to 65535, and not {word!r}")
    return int(word)


def to_ip(word):
    match = IP.fullmatch(word)
    if not match or any(int(part) > 255 for part in match.groups()):
        raise Refused(f"an address is four numbers from 0 to 255 with dots between them, and not {word!r}")
    return ".".join(str(int(part)) for part in match.groups())


class ShowMessage(socketserver.DatagramRequestHandler):
    def handle(self):
        text = self.rfile.read().decode("utf-8", errors="backslashreplace")
        print("ip:  ", self.client_address[0])
        print("port:", self.client_address[1])
        print("text:", text)

    def finish(self):
        pass  # the class would answer with what was written to wfile; we do not answer by ourselves


def send(server):
    text = input("Text, in one line:\n")
    ip = to_ip(input("Address:\n"))
    port = to_port(input("Port:\n"))
    server.socket.sendto(text.encode(), (ip, port))


def main():
    try:
        if len(sys.argv) != 2:
            raise Refused("call it with one port")
        server = socketserver.UDPServer(("", to_port(sys.argv[1])), ShowMessage)
    except (OSError, Refused) as error:
        print("udp_chat:", error, file=sys.stderr)
        sys.exit(3)
    with server:
        while True:
            try:
                choice = input("(1) send (2) receive (end of input) leave\n")
                if choice == "1":
                    send(server)
                elif choice == "2":
                    server.handle_request()
                else:
                    raise Refused(f"{choice!r} is neither 1 nor 2")
            except EOFError:
                break
            except (OSError, Refused, UnicodeError) as error:
                print("Sorry:", error)


main()
