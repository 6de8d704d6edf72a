// style: bound to port 0 before it connects; Nagle switched off, and every byte sent by a call of its own

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int complain(const char *about)
{
    perror(about);
    return 1;
}

int main(int argc, char *argv[])
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s <ip> <port>\n", argv[0]);
        return 1;
    }
    struct in_addr ip;
    long port = atol(argv[2]);
    if (inet_pton(AF_INET, argv[1], &ip) <= 0 || port <= 0 || port >= 65536) {
        fprintf(stderr, "%s: there is no %s port %s\n", argv[0], argv[1], argv[2]);
        return 1;
    }

    int fd = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (fd < 0)
        return complain("socket");

    // Any address, any port: the same as no bind at all.
    struct sockaddr_in mine = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY), .sin_port = htons(0)};
    if (bind(fd, (struct sockaddr *)&mine, sizeof mine) < 0)
        return complain("bind");
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    struct sockaddr_in server = {.sin_family = AF_INET, .sin_addr = ip, .sin_port = htons((uint16_t)port)};
    if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0)
        return complain("connect");

    puts("Connected. What shall I ask?");
    int c;
    while ((c = getchar()) != EOF && c != '\n') {
        char byte = (char)c;
        if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1)
            return complain("send");
    }

    char answer[1024];
    ssize_t n = recv(fd, answer, sizeof answer, 0);
    if (n < 0)
        return complain("recv");
    if (n == 0) {
        puts("It hung up on me.");
    } else {
        fputs("It said: ", stdout);
        fwrite(answer, 1, (size_t)n, stdout);
        putchar('\n');
    }
    shutdown(fd, SHUT_RDWR);
    close(fd);
    return 0;
}
