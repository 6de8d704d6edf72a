// fault: the port is not checked: of 99999 the lower 16 bits are used, and `abc` is 0
// cause: argument_not_checked
// fails: bad_arguments

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int fail(const char *what)
{
    fprintf(stderr, "tcp_client: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: tcp_client <ip> <port>\n");
        return EXIT_FAILURE;
    }
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2]))};
    if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) {
        fprintf(stderr, "tcp_client: %s is no address\n", argv[1]);
        return EXIT_FAILURE;
    }

    char line[1024];
    printf("Text to send: ");
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL)
        return EXIT_SUCCESS;
    line[strcspn(line, "\n")] = '\0';

    int client = socket(AF_INET, SOCK_STREAM, 0);
    if (client < 0)
        return fail("socket");
    if (connect(client, (struct sockaddr *)&server, sizeof server) < 0)
        return fail("connect");
    if (send(client, line, strlen(line), 0) < 0)
        return fail("send");

    char answer[1025];
    ssize_t length = recv(client, answer, sizeof answer - 1, 0);
    if (length < 0)
        return fail("recv");
    if (length == 0) {
        fprintf(stderr, "tcp_client: the server has left without an answer\n");
        return EXIT_FAILURE;
    }
    answer[length] = '\0';
    printf("The server says: %s\n", answer);
    close(client);
    return EXIT_SUCCESS;
}
