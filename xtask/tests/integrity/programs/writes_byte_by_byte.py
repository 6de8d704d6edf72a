# Writes two hundred thousand times, a byte at a time, and then is done.
import os

for _ in range(100_000):
    os.write(1, b".")
    os.write(2, b"\n")
