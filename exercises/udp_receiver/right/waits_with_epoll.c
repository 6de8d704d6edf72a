// style: epoll and a non-blocking socket; the address comes from getaddrinfo, the sender's name from getnameinfo

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static int take_port(const char *port)
{
    struct addrinfo hints = {
        .ai_family = AF_INET,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    struct addrinfo *own;
    int problem = getaddrinfo(NULL, port, &hints, &own);
    if (problem != 0) {
        fprintf(stderr, "port %s: %s\n", port, gai_strerror(problem));
        return -1;
    }
    int fd = socket(own->ai_family, own->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, own->ai_protocol);
    if (fd >= 0 && bind(fd, own->ai_addr, own->ai_addrlen) < 0) {
        fprintf(stderr, "port %s: %s\n", port, strerror(errno));
        close(fd);
        fd = -1;
    }
    freeaddrinfo(own);
    return fd;
}

int main(int argc, char **argv)
{
    // getaddrinfo takes 99999 for what is left of it in 16 bits.
    char *end = NULL;
    long number = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (number < 1 || number > 65535 || *end != '\0') {
        fputs("usage: udp_receiver <port>, from 1 to 65535\n", stderr);
        return 2;
    }
    int fd = take_port(argv[1]);
    if (fd < 0)
        return 1;

    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) < 0) {
        perror("epoll");
        return 1;
    }

    static char buffer[65536];
    struct sockaddr_storage sender;
    socklen_t size = sizeof sender;
    ssize_t length;
    while ((length = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &size)) < 0) {
        if (errno != EAGAIN && errno != EINTR) {
            perror("recvfrom");
            return 1;
        }
        epoll_wait(poller, &event, 1, -1);
    }

    char ip[NI_MAXHOST], port[NI_MAXSERV];
    getnameinfo((struct sockaddr *)&sender, size, ip, sizeof ip, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV | NI_DGRAM);
    printf("%s %s %.*s", ip, port, (int)length, buffer);
    close(poller);
    close(fd);
    return 0;
}
