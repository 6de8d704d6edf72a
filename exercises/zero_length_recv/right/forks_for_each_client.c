// style: a child process for each client; the parent only accepts, and both close what is the other's

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int serve(int client)
{
    char buffer[1024];
    for (;;) {
        ssize_t length = recv(client, buffer, sizeof buffer, 0);
        if (length < 0) {
            fprintf(stderr, "child %d: recv: %s\n", getpid(), strerror(errno));
            return EXIT_FAILURE;
        }
        if (length == 0) {
            printf("child %d: my client has closed the connection\n", getpid());
            return EXIT_SUCCESS;
        }
        printf("child %d: %zd bytes: %.*s\n", getpid(), length, (int)length, buffer);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: zero_length_recv PORT\n");
        return EXIT_FAILURE;
    }
    char *end;
    unsigned long port = strtoul(argv[1], &end, 10);
    if (*argv[1] == '\0' || *end != '\0' || port == 0 || port > 65535) {
        fprintf(stderr, "zero_length_recv: no such port: %s\n", argv[1]);
        return EXIT_FAILURE;
    }

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 50) != 0) {
        perror("zero_length_recv");
        return EXIT_FAILURE;
    }
    signal(SIGCHLD, SIG_IGN); /* nobody waits for the children: no zombies */

    for (;;) {
        socklen_t size = sizeof address;
        int client = accept(listener, (struct sockaddr *)&address, &size);
        if (client < 0) {
            perror("accept");
            return EXIT_FAILURE;
        }
        printf("parent: client from %s, port %d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
        fflush(stdout); /* or the child has a copy of it in its buffer */
        pid_t child = fork();
        if (child < 0)
            perror("fork");
        if (child == 0) {
            close(listener);
            exit(serve(client)); /* closes the connection, too */
        }
        /* The connection ends when both have closed their descriptor of it. */
        close(client);
    }
}
