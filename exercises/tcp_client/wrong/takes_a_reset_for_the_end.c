// fault: a reset is taken for an orderly end, so the exit code is 0
// cause: exit_code_zero
// fails: server_resets

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

// Returns 0 when the word is no port.
static uint16_t parse_port(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    return *end == '\0' && port >= 1 && port <= 65535 ? (uint16_t)port : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: tcp_client <ip> <port>\n");
        return EXIT_FAILURE;
    }
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(parse_port(argv[2]))};
    if (server.sin_port == 0 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) {
        fprintf(stderr, "tcp_client: there is no %s port %s\n", argv[1], argv[2]);
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
    if (length <= 0) {
        fprintf(stderr, "tcp_client: the server has left without an answer\n");
        close(client);
        return EXIT_SUCCESS;
    }
    answer[length] = '\0';
    printf("The server says: %s\n", answer);
    close(client);
    return EXIT_SUCCESS;
}
