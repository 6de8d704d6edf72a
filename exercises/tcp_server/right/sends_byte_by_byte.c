// style: the answer goes out one byte at a time, each in a segment of its own (TCP_NODELAY)

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int die(const char *what) {
    fprintf(stderr, "tcp_server: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

static int answer(int client) {
    int on = 1;
    if (setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == -1) {
        return -1;
    }
    for (const char *byte = "ok, 问题正在处理中..."; *byte; byte++) {
        if (send(client, byte, 1, MSG_NOSIGNAL) != 1) {
            return -1;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    char *end = "";
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (*end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "usage: tcp_server <port>, and a port is a number from 1 to 65535\n");
        return EXIT_FAILURE;
    }

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener == -1) {
        return die("socket");
    }
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = INADDR_ANY};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == -1) {
        return die("bind");
    }
    if (listen(listener, 5) == -1) {
        return die("listen");
    }

    socklen_t size = sizeof address;
    int client = accept(listener, (struct sockaddr *)&address, &size);
    if (client == -1) {
        return die("accept");
    }
    printf("%s:%d is here\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));

    // One byte more than is received, for the '\0' that makes a string of it.
    char text[1024 + 1];
    ssize_t length = recv(client, text, sizeof text - 1, 0);
    if (length > 0) {
        text[length] = '\0';
        printf("\"%s\" (%zd bytes)\n", text, length);
        if (answer(client) == -1) {
            perror("answering failed");
        }
    } else if (length == 0) {
        puts("The client has nothing to say.");
    } else {
        perror("receiving failed");
    }
    close(client);
    close(listener);
    return EXIT_SUCCESS;
}
