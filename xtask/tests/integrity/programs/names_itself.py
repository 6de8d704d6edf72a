# Gives itself and a thread names that break whoever reads `/proc/<pid>/stat` carelessly.
import ctypes
import threading

prctl = ctypes.CDLL(None).prctl
for name in (b"a) R 1 1 (", b"\nState:\tZ", b"\xff\xfe\x9b31m"):
    prctl(15, name, 0, 0, 0)
threading.Thread(target=lambda: prctl(15, b") Z \xff\n(", 0, 0, 0)).start()
