# fault: choice 2 looks whether a message is there, and does not wait for one
# cause: not_received
# fails: shows_message, answers_the_sender, two_programs_talk, not_text

import socket, sys, ipaddress
try:
    port = int(sys.argv[1])
    if not 0 < port < 65536:
        raise ValueError("bad port")
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", port))
except (IndexError, ValueError, OSError) as e:
    sys.exit(f"udp_chat: {e}")
try:
    while True:
        c = input("1 send, 2 receive: \n")
        if c == "1":
            text, ip, p = input("Text: \n"), input("Ip: \n"), input("Port: \n")
            try:
                ipaddress.IPv4Address(ip)
                if not 0 < int(p) < 65536:
                    raise ValueError("port out of range")
                s.sendto(text.encode(), (ip, int(p)))
            except ValueError as e:
                print("wrong:", e)
        elif c == "2":
            try:
                d, a = s.recvfrom(2048, socket.MSG_DONTWAIT)
                print("From", a[0], a[1], d.decode("utf-8", "replace"))
            except BlockingIOError:
                print("there is no message")
        else:
            print("no such choice")
except EOFError:
    pass
