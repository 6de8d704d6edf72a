# style: it opens the socket first, then reads the line, then looks at its arguments; all output comes at its end

import io
import os
import socket
import sys


def send_one_line(out):
    udp_socket = socket.socket(type=socket.SOCK_DGRAM)
    try:
        print("udp_sender, a program that sends one line", file=out)
        line = sys.stdin.buffer.raw.read(1024)
        while line and not line.endswith(b"\n"):
            more = sys.stdin.buffer.raw.read(1024)
            if not more:
                break
            line += more
        try:
            ip, port = sys.argv[1:]
            socket.inet_pton(socket.AF_INET, ip)
            port = int(port)
        except (OSError, ValueError):
            print("expected an IPv4 address and a port, not:", sys.argv[1:], file=sys.stderr)
            return 1
        if line:
            text, _, _ = line.partition(b"\n")
            print(udp_socket.sendto(text, (ip, port)), "bytes sent", file=out)
        return 0
    except (OSError, OverflowError) as error:
        # OverflowError is what Python says of a port beyond 65535.
        print("not sent:", error, file=sys.stderr)
        return 1
    finally:
        udp_socket.close()


if __name__ == "__main__":
    output = io.StringIO()
    code = send_one_line(output)
    os.write(1, output.getvalue().encode())
    sys.exit(code)
