// style: sends through a stdio stream; a thread receives, with recvmsg; output is fully buffered until the exit

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

struct answer {
    int sock;
    ssize_t length;
    int error;
    char bytes[1024];
};

static void *receive(void *argument)
{
    struct answer *answer = argument;
    struct iovec room = {.iov_base = answer->bytes, .iov_len = sizeof answer->bytes};
    struct msghdr message = {.msg_iov = &room, .msg_iovlen = 1};
    answer->length = recvmsg(answer->sock, &message, 0);
    answer->error = errno;
    return NULL;
}

int main(int argc, char **argv)
{
    static char output[BUFSIZ];
    setvbuf(stdout, output, _IOFBF, sizeof output);

    struct sockaddr_in server = {.sin_family = AF_INET};
    unsigned port;
    char more;
    if (argc != 3 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1 ||
        sscanf(argv[2], "%5u%c", &port, &more) != 1 || port < 1 || port > 65535) {
        fprintf(stderr, "usage: tcp_client <ip> <port>\n");
        return EXIT_FAILURE;
    }
    server.sin_port = htons((uint16_t)port);

    struct answer answer = {.sock = socket(AF_INET, SOCK_STREAM, 0)};
    if (answer.sock < 0 || connect(answer.sock, (struct sockaddr *)&server, sizeof server) < 0) {
        fprintf(stderr, "tcp_client: cannot reach %s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    pthread_t receiver;
    if (pthread_create(&receiver, NULL, receive, &answer) != 0) {
        fprintf(stderr, "tcp_client: cannot start a thread\n");
        return EXIT_FAILURE;
    }

    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, stdin);
    if (length > 0 && line[length - 1] == '\n')
        line[--length] = '\0';
    FILE *out = fdopen(dup(answer.sock), "w");
    if (out == NULL || fprintf(out, "%s", length > 0 ? line : "") < 0 || fclose(out) != 0) {
        fprintf(stderr, "tcp_client: cannot send: %s\n", strerror(errno));
        return EXIT_FAILURE;
    }
    free(line);

    pthread_join(receiver, NULL);
    close(answer.sock);
    if (answer.length < 0) {
        fprintf(stderr, "tcp_client: cannot receive: %s\n", strerror(answer.error));
        return EXIT_FAILURE;
    }
    if (answer.length == 0)
        printf("The server is gone; there will be no answer.\n");
    else
        printf("Answer (%zd bytes): %.*s\n", answer.length, (int)answer.length, answer.bytes);
    return EXIT_SUCCESS;
}
