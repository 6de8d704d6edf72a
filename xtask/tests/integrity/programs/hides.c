/* Goes on in a copy of itself that may be executed and not read: of such a process nobody may see what it does. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char piece[1 << 16];

int main(int count, char **words)
{
    ssize_t size;
    (void)count;
    if (getenv("AGAIN"))
        for (;;)
            pause();
    int from = open("/proc/self/exe", O_RDONLY), to = open("/tmp/copy", O_CREAT | O_WRONLY, 0700);
    while ((size = read(from, piece, sizeof piece)) > 0)
        if (write(to, piece, size) != size)
            return 3;
    close(to);
    chmod("/tmp/copy", 0111);
    setenv("AGAIN", "1", 1);
    execv("/tmp/copy", words);
    return 1;
}
