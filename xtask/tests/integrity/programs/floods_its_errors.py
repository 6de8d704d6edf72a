# Writes one line without an end to standard error.
import os

while True:
    os.write(2, b"pwned " * 1000)
