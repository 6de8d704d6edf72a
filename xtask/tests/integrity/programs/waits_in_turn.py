# Waits for ever, a second here and a second there.
import select
import time

while True:
    time.sleep(1)
    select.select([], [], [], 1)
