/* Waits for the child of a vfork, which does nothing. No signal but SIGKILL wakes who waits so. */
#include <unistd.h>

__attribute__((constructor)) static void before_main(void)
{
    if (vfork() == 0)
        for (;;)
            pause();
}
