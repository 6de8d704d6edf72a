// fault: it polls the listener while the first client is served, and serves a second one, too
// cause: served_at_once
// fails: second_client_waits

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "ok, 问题正在处理中...";

static int open_listener(int port) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0) {
        return -1;
    }
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        return -1;
    }
    return listener;
}

// Accepts a client and shows its address.
static int accept_client(int listener) {
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int client = accept(listener, (struct sockaddr *)&address, &size);
    if (client < 0) {
        perror("tcp_server: accept");
        return -1;
    }
    printf("client %s, port %d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
    return client;
}

// Receives once, answers and closes.
static void serve(int client) {
    char buffer[1024];
    ssize_t length = recv(client, buffer, sizeof buffer, 0);
    if (length < 0) {
        perror("tcp_server: lost the client");
    } else if (length > 0) {
        printf("%zd bytes: %.*s\n", length, (int)length, buffer);
        if (send(client, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
            perror("tcp_server: cannot answer");
        }
    }
    close(client);
}

int main(int argc, char **argv) {
    char *end = "";
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (*end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "usage: tcp_server <port>\n");
        return 1;
    }
    int listener = open_listener(port);
    if (listener < 0) {
        perror("tcp_server: cannot listen");
        return 1;
    }

    int first = accept_client(listener);
    if (first < 0) {
        return 1;
    }
    // The first client, the listener, and a second client when there is one; poll leaves out what is -1.
    struct pollfd waiting[3] = {{first, POLLIN, 0}, {listener, POLLIN, 0}, {-1, POLLIN, 0}};
    do {
        if (poll(waiting, 3, -1) < 0) {
            perror("tcp_server: poll");
            return 1;
        }
        if (waiting[2].revents != 0) {
            serve(waiting[2].fd);
            waiting[2].fd = -1;
            waiting[1].fd = listener;
        }
        if (waiting[1].revents != 0 && waiting[2].fd < 0) {
            waiting[2].fd = accept_client(listener);
            waiting[1].fd = -1; // There is no place for a third one.
        }
    } while (waiting[0].revents == 0);
    serve(first);
    if (waiting[2].fd >= 0) {
        close(waiting[2].fd);
    }
    close(listener);
    return 0;
}
