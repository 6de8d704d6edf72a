// style: epoll, edge-triggered: one wake-up, then receive until nothing is left; clients are served at once

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int die(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        die("epoll_ctl");
}

static void accept_all(int epoll, int listener)
{
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        int client = accept4(listener, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (client < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (client < 0)
            die("accept4");
        printf("fd %d: new client, %s port %u\n", client, inet_ntoa(from.sin_addr), ntohs(from.sin_port));
        watch(epoll, client);
    }
}

/* An edge is told once only: whoever does not receive until EAGAIN may wait for ever for the rest. */
static void receive_all(int client)
{
    char data[1024 + 1];
    ssize_t length;
    while ((length = recv(client, data, sizeof data - 1, 0)) > 0) {
        data[length] = '\0';
        printf("fd %d: %zd bytes, \"%s\"\n", client, length, data);
    }
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length < 0)
        printf("fd %d: broken, %s\n", client, strerror(errno));
    else
        printf("fd %d: end of file, client disconnected\n", client);
    close(client); /* epoll forgets it by itself */
}

int main(int argc, char **argv)
{
    char *end = NULL;
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (end == NULL || end == argv[1] || *end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "usage: %s <port>, from 1 to 65535\n", argv[0]);
        return 2;
    }
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die("socket");
    if (bind(listener, (struct sockaddr *)&any, sizeof any) < 0 || listen(listener, SOMAXCONN) < 0)
        die("cannot listen");
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        die("epoll_create1");
    watch(epoll, listener);

    for (;;) {
        struct epoll_event events[16];
        int count = epoll_wait(epoll, events, 16, -1);
        if (count < 0 && errno != EINTR)
            die("epoll_wait");
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == listener)
                accept_all(epoll, listener);
            else
                receive_all(events[i].data.fd);
        }
    }
}
