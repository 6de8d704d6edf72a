/* Does not compile, and the compiler quotes the line with what commands a terminal. */
int main(void) { return "[32mPASS[m ]0;pwned ‮ 31m; }
