// style: recvmsg, and a log on stderr that is written byte by byte, with a hex dump after the text

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int byte_at(const struct iovec pieces[2], size_t i)
{
    const unsigned char *first = pieces[0].iov_base, *second = pieces[1].iov_base;
    return i < pieces[0].iov_len ? first[i] : second[i - pieces[0].iov_len];
}

int main(int argc, char *argv[])
{
    if (argc != 2 || strlen(argv[1]) > 5 || strspn(argv[1], "0123456789") != strlen(argv[1])) {
        fprintf(stderr, "[error] one argument is needed: a port\n");
        return 1;
    }
    int port = atoi(argv[1]);
    if (port < 1 || port > 65535) {
        fprintf(stderr, "[error] no such port: %d\n", port);
        return 1;
    }

    int sock = socket(PF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in addr;
    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_port = htons(port);
    addr.sin_addr.s_addr = htonl(INADDR_ANY);
    if (sock == -1 || bind(sock, (struct sockaddr *)&addr, sizeof(addr)) == -1) {
        perror("[error] bind");
        return 1;
    }
    fprintf(stderr, "[info] bound to *:%d\n", port);

    // Two pieces in memory, and still one datagram.
    unsigned char head[100], rest[1400];
    struct iovec pieces[] = {{head, sizeof(head)}, {rest, sizeof(rest)}};
    struct msghdr message = {0};
    message.msg_name = &addr;
    message.msg_namelen = sizeof(addr);
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    ssize_t length = recvmsg(sock, &message, 0);
    if (length == -1) {
        perror("[error] recvmsg");
        return 1;
    }
    close(sock);

    fprintf(stderr, "[info] sender: %s, port: %d\n", inet_ntoa(addr.sin_addr), ntohs(addr.sin_port));
    if (message.msg_flags & MSG_TRUNC)
        fprintf(stderr, "[warning] the end is missing\n");
    fprintf(stderr, "[info] text: ");
    for (size_t i = 0; i < (size_t)length; i++)
        fputc(byte_at(pieces, i), stderr);
    fprintf(stderr, "\n[debug] hex:");
    for (size_t i = 0; i < (size_t)length; i++)
        fprintf(stderr, " %02x", byte_at(pieces, i));
    fprintf(stderr, "\n");
    return 0;
}
