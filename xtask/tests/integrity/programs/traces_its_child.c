/* Goes on in a child that it has stopped as a debugger, and detaches when it ends. */
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

__attribute__((constructor)) static void before_main(void)
{
    pid_t child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        for (;;)
            pause();
    }
    waitpid(child, 0, 0);
}
