# Goes on in a child that has left session and group, and is not ended by whoever kills only these.
import os

child = os.fork()
if child:
    os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
os.setsid()
