# Takes memory until there is no more, at most 1 GiB, and gives it back.
pieces = []
try:
    for _ in range(64):
        pieces.append(b"\x01" * (16 << 20))
except MemoryError:
    pass
del pieces
