# fault: it calls recvfrom once for the text and once more for the sender
# cause: waits_for_another
# fails: binds_every_address, shows_text_and_sender, utf8_text, empty_datagram, not_text, kilobyte

import socket
import sys


def main():
    try:
        port = int(sys.argv[1])
        if not 0 < port < 65536:
            raise ValueError(f"{port} is no port")
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("", port))
    except (IndexError, ValueError, OSError) as error:
        return f"udp_receiver <port>: {error}"
    text = s.recvfrom(2048)[0].decode("utf-8", "replace")
    sender = s.recvfrom(2048)[1]
    print(f"{sender[0]} port {sender[1]}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
