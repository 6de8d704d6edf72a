# Fills every place that it may write to, with bytes and then with files.
import os

PLACES = ["/tmp", "/var/tmp", "/dev/shm", "/box"]
for place in PLACES:
    try:
        with open(f"{place}/large", "wb", buffering=0) as file:
            for _ in range(16):
                file.write(b"pwned" * 200_000)
    except OSError:
        pass
    try:
        for number in range(5000):
            os.close(os.open(f"{place}/{number}", os.O_CREAT | os.O_WRONLY))
    except OSError:
        pass
