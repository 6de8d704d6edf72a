// style: select over fd_set, an IPv6 socket for both kinds of addresses, everything on stderr; shutdown before close

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        errx(EXIT_FAILURE, "usage: zero_length_recv <port>");
    char *end;
    errno = 0;
    long port = strtol(argv[1], &end, 0);
    if (errno || end == argv[1] || *end || port < 1 || port > 0xffff)
        errx(EXIT_FAILURE, "%s: a port is a number from 1 to 65535", argv[1]);

    int listener = socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    if (listener < 0)
        err(EXIT_FAILURE, "socket");
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    struct sockaddr_in6 all = {.sin6_family = AF_INET6, .sin6_port = htons((in_port_t)port), .sin6_addr = in6addr_any};
    if (bind(listener, (struct sockaddr *)&all, sizeof all) < 0)
        err(EXIT_FAILURE, "bind to port %ld", port);
    if (listen(listener, 5) < 0)
        err(EXIT_FAILURE, "listen");
    warnx("at your service, port %ld", port);

    fd_set open_ones;
    FD_ZERO(&open_ones);
    FD_SET(listener, &open_ones);
    int highest = listener;
    for (;;) {
        fd_set ready = open_ones; /* select overwrites the set with its answer */
        if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) {
            if (errno == EINTR)
                continue;
            err(EXIT_FAILURE, "select");
        }
        for (int fd = 0; fd <= highest; fd++) {
            if (!FD_ISSET(fd, &ready))
                continue;
            if (fd == listener) {
                struct sockaddr_in6 from;
                socklen_t size = sizeof from;
                int client = accept(listener, (struct sockaddr *)&from, &size);
                if (client < 0)
                    continue;
                if (client >= FD_SETSIZE) {
                    warnx("too many clients");
                    close(client);
                    continue;
                }
                char ip[INET6_ADDRSTRLEN];
                inet_ntop(AF_INET6, &from.sin6_addr, ip, sizeof ip);
                warnx("client %d is [%s]:%d", client, ip, ntohs(from.sin6_port));
                FD_SET(client, &open_ones);
                highest = client > highest ? client : highest;
                continue;
            }
            char text[1024 + 1];
            ssize_t length = recv(fd, text, 1024, 0);
            if (length > 0) {
                text[length] = '\0';
                warnx("client %d says %s (length: %zd)", fd, text, length);
                continue;
            }
            if (length < 0)
                warn("client %d", fd);
            else
                warnx("client %d has nothing more to say", fd);
            FD_CLR(fd, &open_ones);
            shutdown(fd, SHUT_WR);
            close(fd);
        }
    }
}
