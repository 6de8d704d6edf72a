/* Starts as many processes as it may, at most 120, and leaves them behind. */
#include <sys/types.h>
#include <unistd.h>

__attribute__((constructor)) static void before_main(void)
{
    for (int count = 0; count < 120; count++) {
        pid_t child = fork();
        if (child < 0)
            return;
        if (child == 0)
            for (;;)
                pause();
    }
}
