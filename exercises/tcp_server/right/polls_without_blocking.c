// style: no call blocks: one poll loop with a state waits for everything, and pieces of the answer go out as they fit

#define _GNU_SOURCE // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "ok, 问题正在处理中...";

enum state { ACCEPTING, RECEIVING, SENDING, DONE };

struct server {
    enum state state;
    int listener;
    int client;
    size_t sent;
};

static bool not_yet(void) {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED;
}

static void lost(struct server *server, const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    server->state = DONE;
}

static void accept_one(struct server *server) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    server->client = accept4(server->listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (server->client >= 0) {
        char ip[INET_ADDRSTRLEN] = "";
        inet_ntop(AF_INET, &from.sin_addr, ip, sizeof ip);
        printf("[+] client ip=%s port=%hu\n", ip, ntohs(from.sin_port));
        server->state = RECEIVING;
    } else if (!not_yet()) {
        lost(server, "accept");
    }
}

static void receive_once(struct server *server) {
    char buffer[1024];
    ssize_t length = recv(server->client, buffer, sizeof buffer, 0);
    if (length > 0) {
        printf("[.] length=%zd text=%.*s\n", length, (int)length, buffer);
        server->state = SENDING;
    } else if (length == 0) {
        printf("[-] gone\n");
        server->state = DONE;
    } else if (!not_yet()) {
        lost(server, "recv");
    }
}

static void send_some(struct server *server) {
    size_t rest = strlen(answer) - server->sent;
    ssize_t sent = send(server->client, answer + server->sent, rest < 10 ? rest : 10, MSG_NOSIGNAL);
    if (sent >= 0) {
        server->sent += (size_t)sent;
        if (server->sent == strlen(answer)) {
            server->state = DONE;
        }
    } else if (!not_yet()) {
        lost(server, "send");
    }
}

static int listen_at(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0 ||
        bind(fd, (struct sockaddr *)&any, sizeof any) < 0 || listen(fd, SOMAXCONN) < 0) {
        return -1;
    }
    return fd;
}

int main(int argc, char **argv) {
    unsigned port;
    char rest;
    if (argc != 2 || sscanf(argv[1], "%u%c", &port, &rest) != 1 || port < 1 || port > 65535) {
        fputs("tcp_server: one argument, please: a port from 1 to 65535\n", stderr);
        return 2;
    }
    struct server server = {.state = ACCEPTING, .listener = listen_at((uint16_t)port), .client = -1};
    if (server.listener < 0) {
        perror("tcp_server: cannot listen");
        return 1;
    }
    printf("[ ] waiting\n");

    while (server.state != DONE) {
        // Whoever connects while the client is served is not looked at.
        struct pollfd wanted = {
            .fd = server.state == ACCEPTING ? server.listener : server.client,
            .events = server.state == SENDING ? POLLOUT : POLLIN,
        };
        if (poll(&wanted, 1, -1) < 0 && errno != EINTR) {
            lost(&server, "poll");
            break;
        }
        switch (server.state) {
        case ACCEPTING:
            accept_one(&server);
            break;
        case RECEIVING:
            receive_once(&server);
            break;
        case SENDING:
            send_some(&server);
            break;
        case DONE:
            break;
        }
    }
    if (server.client >= 0) {
        close(server.client);
    }
    close(server.listener);
    return 0;
}
