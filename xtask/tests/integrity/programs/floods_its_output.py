# Writes to standard output without end.
import os

while True:
    os.write(1, b"pwned\n" * 1000)
