# Does not compile, and the interpreter quotes the line with what commands a terminal.
print("[32mPASS[m ]0;pwned ‮ 31m
