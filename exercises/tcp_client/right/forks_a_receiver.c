// style: a child process receives and shows, the parent reads and sends; the exit code says how it went

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// What the child does. Returns its exit code.
static int receive(int sock)
{
    char answer[1025];
    ssize_t length = read(sock, answer, sizeof answer - 1);
    if (length < 0) {
        perror("tcp_client: read");
        return EXIT_FAILURE;
    }
    if (length == 0) {
        fputs("tcp_client: end of file instead of an answer\n", stderr);
        return EXIT_FAILURE;
    }
    answer[length] = '\0';
    puts(answer);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: tcp_client <ip> <port>\n", stderr);
        return EXIT_FAILURE;
    }
    struct sockaddr_in address = {.sin_family = AF_INET};
    char rest;
    int port;
    if (sscanf(argv[2], "%5d%c", &port, &rest) != 1 || port < 1 || port > 65535) {
        fprintf(stderr, "tcp_client: bad port: %s\n", argv[2]);
        return EXIT_FAILURE;
    }
    if (inet_aton(argv[1], &address.sin_addr) == 0) {
        fprintf(stderr, "tcp_client: bad ip: %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    address.sin_port = htons((uint16_t)port);

    int sock = socket(AF_INET, SOCK_STREAM, 0);
    if (sock < 0 || connect(sock, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("tcp_client: connect");
        return EXIT_FAILURE;
    }

    pid_t child = fork();
    if (child < 0) {
        perror("tcp_client: fork");
        return EXIT_FAILURE;
    }
    if (child == 0)
        return receive(sock);

    char text[2048];
    if (fgets(text, sizeof text, stdin) == NULL)
        text[0] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (write(sock, text, strlen(text)) < 0)
        perror("tcp_client: write");

    // The connection is closed when both processes have closed it: the child has when it has ended.
    int status;
    if (waitpid(child, &status, 0) < 0) {
        perror("tcp_client: waitpid");
        return EXIT_FAILURE;
    }
    close(sock);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
