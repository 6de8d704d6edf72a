# A udp_sender that sends such bytes, as text, as bytes that are no text, and as a little of both.
import socket
import sys

for data in (
    "\x1b]0;pwned\x07 \x1b[2J \u202e \u009b31m but most of this is a text, so it is quoted".encode(),
    b"\x1b[31m\x9b31m\xff\0",
    b"]]><script>pwned</script>\r\n::error::pwned",
):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(data, (sys.argv[1], int(sys.argv[2])))
sys.exit("\x1b[32m\u202e")
