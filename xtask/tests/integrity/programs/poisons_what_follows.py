# Leaves marks in every place that could outlive a check, and spoils its program file. Where it finds one of its own marks, it
# does not do its work.
import ctypes
import mmap
import os
import socket
import sys

KEY = 0x6E65746C
ADD_KEY, REQUEST_KEY = (248, 249) if os.uname().machine == "x86_64" else (217, 218)
PLACES = ["/tmp", "/var/tmp", "/dev/shm", "/box", "/", "/usr/lib", os.path.dirname(os.path.abspath(__file__)), "/run"]
libc = ctypes.CDLL(None, use_errno=True)
found = [place for place in PLACES if os.path.exists(f"{place}/netlings-mark")]
if libc.shmget(KEY, 4096, 0) >= 0:
    found.append("SysV memory")
if libc.semget(KEY, 1, 0) >= 0:
    found.append("SysV semaphore")
if libc.syscall(REQUEST_KEY, b"user", b"netlings-mark", 0, 0) >= 0:
    found.append("key")
abstract = socket.socket(socket.AF_UNIX)
try:
    abstract.connect("\0netlings-mark")
    found.append("abstract socket")
except OSError:
    pass
if "mark" in os.environ or os.uname().nodename != "netlings":
    found.append(f"environment or host name {os.uname().nodename}")
if found:
    sys.exit(f"marks in {found}")

for place in PLACES:
    try:
        open(f"{place}/netlings-mark", "w").close()
    except OSError:
        pass
for path in [os.path.abspath(__file__), sys.executable, os.__file__, "/etc/passwd", "/proc/sys/net/ipv4/ip_local_port_range"]:
    try:
        os.chmod(path, 0o777)
    except OSError:
        pass
    for how in ("w", "a", "r+"):
        try:
            with open(path, how) as file:
                file.write("raise SystemExit(0)\n")
        except OSError:
            pass
for call in ((libc.shmget, KEY, 4096, 0o1666), (libc.semget, KEY, 1, 0o1666)):
    call[0](*call[1:])
libc.syscall(ADD_KEY, b"user", b"netlings-mark", b"x", 1, -4)
libc.sethostname(b"pwned", 5)
keep = socket.socket(socket.AF_UNIX)
keep.bind("\0netlings-mark")
keep.listen()
