# Kills its parent. It can name none: `getppid` gives 0, and so it is its own group that it kills.
import os
import signal

os.kill(os.getppid(), signal.SIGKILL)
