// style: receives 16 bytes at a time, and shows them when nothing more is there at the moment: pieces are whole

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIP = 16, PIECE = 1024 };

/* Gathers a piece: waits for the first bytes of it, and takes what else is there. Returns like recv. */
static ssize_t gather(int client, char *piece)
{
    ssize_t have = 0;
    int flags = 0;
    while (have + SIP <= PIECE) {
        ssize_t more = recv(client, piece + have, SIP, flags);
        if (more < 0 && have > 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (more < 0)
            return -1;
        if (more == 0)
            break; /* the end; if it comes behind some bytes, the next call meets it again */
        have += more;
        flags = MSG_DONTWAIT;
    }
    return have;
}

static int open_listener(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0 ||
        bind(fd, (struct sockaddr *)&here, sizeof here) < 0 || listen(fd, 10) < 0) {
        fprintf(stderr, "zero_length_recv: port %d: ", port);
        perror(NULL);
        exit(1);
    }
    return fd;
}

int main(int argc, char *argv[])
{
    int port;
    char rest;
    if (argc != 2 || sscanf(argv[1], "%5d%c", &port, &rest) != 1 || port < 1 || port > 65535) {
        fputs("usage: zero_length_recv <port>\n", stderr);
        return 1;
    }
    int listener = open_listener(port);
    for (;;) {
        struct sockaddr_in there;
        int client = accept(listener, (struct sockaddr *)&there, &(socklen_t){sizeof there});
        if (client < 0) {
            perror("accept");
            continue;
        }
        printf("\n=== %s %d ===\n", inet_ntoa(there.sin_addr), ntohs(there.sin_port));
        char piece[PIECE];
        ssize_t length;
        while ((length = gather(client, piece)) > 0) {
            printf("%4zd | ", length);
            fwrite(piece, (size_t)length, 1, stdout);
            puts("");
        }
        if (length < 0)
            perror("recv");
        puts("=== bye ===");
        close(client);
    }
}
