# Leaves a daemon behind, of another session, deaf to signals, which keeps both outputs open.
import os
import signal

if os.fork() == 0:
    os.setsid()
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    if os.fork() != 0:
        os._exit(0)
    while True:
        signal.pause()
os.wait()
