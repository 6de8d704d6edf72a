# Sets clocks, and has a timer that interrupts every call that it makes from then on.
import atexit
import signal
import time

for clock in (time.CLOCK_REALTIME, time.CLOCK_MONOTONIC):
    try:
        time.clock_settime(clock, 0)
    except OSError:
        pass
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
