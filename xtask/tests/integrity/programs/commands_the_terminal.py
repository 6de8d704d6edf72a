# Writes what commands a terminal or misleads its reader, wherever a program can put text: both streams, the name of the
# process and those of its threads, the names of files that it waits for.
import ctypes
import os
import sys
import threading

COMMANDS = [
    b"\x1b[32mpwned PASS\x1b[m \x1b[2J\x1b[H \x1b[1A\x1b[2K \x1b[?1049h \x1bc \x1b(0",
    b"\x1b]0;pwned title\x07 \x1b]52;c;cHduZWQ=\x07 \x1b]8;;http://pwned\x1b\\link\x1b]8;;\x1b\\ \x1bP+q\x1b\\ \x1b_G\x1b\\",
    b"fail\rpwned pass  \x08\x08\x0b\x0c\x0e\x0f\x05\x7f",
    "\u009b32mpwned\u009d0;pwned\u009c \u0085 \u200b\u200f\u202e\u2066\u2028\ufeff\u061c\u00ad\ufff9\U000e0041".encode(),
    b"\x9b32m pwned \x9d0;x\x9c \xc3( \xff\xfe \xed\xa0\x80 \xf8\x88",
    b"pwned\0nul",
    bytes(range(256)),
]


def tell():
    for stream in (1, 2):
        os.write(stream, b"\n".join(COMMANDS) + b"\n")


ctypes.CDLL(None).prctl(15, b"\x1b[31mx\n\x9b) R 1", 0, 0, 0)
tell()


def waits_for_files():
    """Waits for ever, in two threads, on files with such names."""
    for number, name in enumerate(["\x1b]0;pwned\x07\x1b[2J", "\u202etxt\u009b31m"]):
        path = f"/tmp/{number}{name}"
        os.mkfifo(path)
        file = os.open(path, os.O_RDWR)
        threading.Thread(target=os.read, args=(file, 1)).start()
