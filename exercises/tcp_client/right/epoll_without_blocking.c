// style: non-blocking connect, send and recv, driven by epoll

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what, int error)
{
    fprintf(stderr, "tcp_client: %s: %s\n", what, strerror(error));
    exit(1);
}

// Waits until the socket is ready for `events`.
static void await(int epoll, int sock, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = sock};
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, sock, &event) < 0)
        die("epoll_ctl", errno);
    while (epoll_wait(epoll, &event, 1, -1) < 0)
        if (errno != EINTR)
            die("epoll_wait", errno);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char *end = "";
    long port = argc == 3 ? strtol(argv[2], &end, 10) : 0;
    if (port < 1 || port > 65535 || *end != '\0' || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
        fprintf(stderr, "usage: tcp_client <ip> <port>\n");
        return 2;
    }
    address.sin_port = htons((uint16_t)port);

    char text[4096];
    if (fgets(text, sizeof text, stdin) == NULL)
        return 0;
    size_t length = strcspn(text, "\n");

    int epoll = epoll_create1(EPOLL_CLOEXEC);
    int sock = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (epoll < 0 || sock < 0)
        die("socket", errno);
    struct epoll_event nothing = {.data.fd = sock};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, sock, &nothing) < 0)
        die("epoll_ctl", errno);

    if (connect(sock, (struct sockaddr *)&address, sizeof address) < 0) {
        if (errno != EINPROGRESS)
            die("connect", errno);
        await(epoll, sock, EPOLLOUT);
        int error = 0;
        socklen_t size = sizeof error;
        if (getsockopt(sock, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
            error = errno;
        if (error != 0)
            die("connect", error);
    }

    for (size_t done = 0; done < length;) {
        await(epoll, sock, EPOLLOUT);
        ssize_t sent = send(sock, text + done, length - done, MSG_NOSIGNAL);
        if (sent >= 0)
            done += (size_t)sent;
        else if (errno != EAGAIN && errno != EINTR)
            die("send", errno);
    }

    char answer[1024];
    ssize_t received;
    do {
        await(epoll, sock, EPOLLIN);
        received = recv(sock, answer, sizeof answer, 0);
    } while (received < 0 && (errno == EAGAIN || errno == EINTR));
    if (received < 0)
        die("recv", errno);
    if (received == 0)
        printf("The server closed the connection and did not answer.\n");
    else
        printf("%.*s\n", (int)received, answer);
    close(sock);
    close(epoll);
    return 0;
}
