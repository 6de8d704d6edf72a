// style: epoll, everything is shown on stderr and in Chinese, and a client's reset ends the program with code 1

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char answer[] = "ok, 问题正在处理中...";

static void note(const char *format, ...) {
    char clock[16];
    time_t now = time(NULL);
    strftime(clock, sizeof clock, "%H:%M:%S", localtime(&now));
    fprintf(stderr, "[%s] ", clock);
    va_list values;
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
}

static int watch(int epoll, int fd) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// 0 when the client has been served or has left, -1 with errno when it is lost.
static int serve(int client) {
    char buffer[1025];
    ssize_t length = recv(client, buffer, 1024, 0);
    if (length < 0) {
        return -1;
    }
    if (length == 0) {
        note("客户端没有说话就离开了");
        return 0;
    }
    buffer[length] = '\0';
    note("收到%zd个字节：%s", length, buffer);
    return send(client, answer, sizeof answer - 1, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int main(int argc, char **argv) {
    char *end = NULL;
    unsigned long port = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (argc != 2 || *end != '\0' || port < 1 || port > UINT16_MAX) {
        note("用法：tcp_server <端口>，端口从1到65535");
        return 1;
    }

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 10) < 0) {
        note("不能监听：%s", strerror(errno));
        return 1;
    }
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0 || watch(epoll, listener) < 0) {
        note("epoll：%s", strerror(errno));
        return 1;
    }
    note("等待客户端……");

    int client = -1;
    int code = 0;
    for (;;) {
        struct epoll_event event;
        if (epoll_wait(epoll, &event, 1, -1) < 0) {
            if (errno == EINTR) {
                continue;
            }
            note("epoll：%s", strerror(errno));
            code = 1;
            break;
        }
        if (event.data.fd == client) {
            if (serve(client) < 0) {
                note("失去客户端：%s", strerror(errno));
                code = 1;
            }
            break;
        }
        socklen_t size = sizeof address;
        client = accept(listener, (struct sockaddr *)&address, &size);
        // One client is enough: the listener stays open, but it is not looked at any more.
        if (client < 0 || epoll_ctl(epoll, EPOLL_CTL_DEL, listener, NULL) < 0 || watch(epoll, client) < 0) {
            note("不能接受客户端：%s", strerror(errno));
            code = 1;
            break;
        }
        note("新客户端，端口%hu，地址%s", ntohs(address.sin_port), inet_ntoa(address.sin_addr));
    }
    if (client >= 0) {
        close(client);
    }
    close(epoll);
    close(listener);
    return code;
}
