# Makes its descriptors non-blocking for all who share them, duplicates them until there is no more, and passes them to a
# child that keeps them.
import fcntl
import os
import signal

for number in (0, 1, 2):
    flags = fcntl.fcntl(number, fcntl.F_GETFL)
    fcntl.fcntl(number, fcntl.F_SETFL, flags | os.O_NONBLOCK | os.O_ASYNC | os.O_APPEND)
    fcntl.fcntl(number, fcntl.F_SETFL, flags)
copies = []
try:
    while True:
        copies.append(os.dup(len(copies) % 3))
except OSError:
    pass
for copy in copies:
    os.close(copy)
