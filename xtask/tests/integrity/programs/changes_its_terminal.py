# Changes everything that its terminal lets it change: modes, size, speed, discipline, flow, owner.
import fcntl
import os
import signal
import struct
import termios

for number in (signal.SIGTTOU, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
original = termios.tcgetattr(1)
modes = list(original)
for flags in (
    [termios.IXON | termios.ICRNL | termios.INLCR, termios.OPOST | termios.ONLCR | termios.OLCUC, termios.B0],
    [termios.ISTRIP, 0, termios.B50 | termios.CS5 | termios.PARENB],
):
    modes[0], modes[1], modes[2] = flags
    modes[3] = termios.ECHO | termios.ICANON | termios.ISIG
    termios.tcsetattr(1, termios.TCSANOW, modes)
for request, argument in (
    (termios.TIOCSWINSZ, struct.pack("HHHH", 1, 1, 0, 0)),
    (termios.TIOCSETD, struct.pack("i", 27)),  # N_NULL
    (termios.TIOCSETD, struct.pack("i", 0)),
    (termios.TIOCEXCL, 0),
    (termios.TIOCPKT, struct.pack("i", 1)),
    (termios.TIOCSTI, b"x"),
    (termios.TIOCSCTTY, 1),
    (termios.TIOCNOTTY, 0),
    (0x5437, 0),  # TIOCVHANGUP
):
    try:
        fcntl.ioctl(1, request, argument)
    except OSError:
        pass
# Text in the other direction, which would come back as an echo.
try:
    os.write(os.open("/dev/pts/ptmx", os.O_RDWR), b"pwned\n")
except OSError:
    pass
termios.tcflow(1, termios.TCIOFF)
termios.tcflow(1, termios.TCOON)
termios.tcsetattr(1, termios.TCSANOW, original)
