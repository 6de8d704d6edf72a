# style: lets a second and a half pass before it shows anything, and keeps all output until it ends

import atexit
import socket
import sys
import time

lines = []


@atexit.register
def write_all_lines():
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def main():
    arguments = sys.argv[1:]
    if len(arguments) != 1:
        sys.exit("usage: udp_receiver <port>")
    try:
        port = int(arguments[0])
        if port == 0:
            raise ValueError("port 0 is none that anybody could send to")
        udp_socket = socket.socket(type=socket.SOCK_DGRAM)
        udp_socket.bind(("", port))
    except (OSError, OverflowError, ValueError) as error:
        sys.exit(f"udp_receiver: {error}")

    with udp_socket:
        data, sender = udp_socket.recvfrom(65536)
    lines.append("-" * 40)
    lines.append(data.decode(errors="ignore"))
    time.sleep(1.5)
    lines.append("-" * 40)
    lines.append("%s:%d" % sender)


main()
