/* zero_length_recv <port>: serves clients for ever, and notices by a receive of zero bytes that each has left.
 *
 * One thread, and many clients at once: poll(2) tells which sockets have something for us. */

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* So many clients at once. More have to wait, not yet accepted, until one has left. */
enum { MOST_CLIENTS = 64 };

/* Place 0 of both arrays is the listener. `watched` is what poll wants; `names` says who is at the same place. */
static struct pollfd watched[1 + MOST_CLIENTS];
static char names[1 + MOST_CLIENTS][sizeof "255.255.255.255:65535"];
static nfds_t places = 1;

/* Every failure ends here: a message on stderr, a non-zero exit. */
static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "zero_length_recv: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* The port in a word, or 0 if there is none. atoi would not do: it takes "abc" for 0 and does not mind 99999. */
static in_port_t parse_port(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    if (!isdigit((unsigned char)word[0]) || *end != '\0' || port > 65535)
        return 0;
    return (in_port_t)port;
}

static int open_listener(in_port_t port)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        fail("socket");
    /* Before bind, or it is of no use: lets us have the port although TIME_WAIT of our last run holds it. */
    int yes = 1;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) < 0)
        fail("setsockopt");
    struct sockaddr_in every_address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(listener, (struct sockaddr *)&every_address, sizeof every_address) < 0)
        fail("bind");
    if (listen(listener, 128) < 0)
        fail("listen");
    return listener;
}

/* Takes one client in, and watches it from now on. */
static void accept_client(void)
{
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int client = accept(watched[0].fd, (struct sockaddr *)&address, &size);
    if (client < 0) {
        /* A client that was gone before we came to it. The next one may stay. */
        if (errno == ECONNABORTED || errno == EINTR)
            return;
        fail("accept");
    }
    char ip[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address.sin_addr, ip, sizeof ip);
    printf("Client %s, port %d\n", ip, ntohs(address.sin_port));

    watched[places] = (struct pollfd){.fd = client, .events = POLLIN};
    snprintf(names[places], sizeof names[places], "%s:%d", ip, ntohs(address.sin_port));
    places++;
}

/* Receives once. poll has said that this will not wait: bytes are there, or the end, or an error. Returns whether the
 * client is still there. */
static bool receive(nfds_t place)
{
    char buffer[1024];
    ssize_t length = recv(watched[place].fd, buffer, sizeof buffer, 0);
    if (length < 0 && errno == EINTR)
        return true;
    if (length < 0) {
        /* Reset: this client is lost, the others are not. */
        printf("The client at %s is lost: %s\n", names[place], strerror(errno));
        return false;
    }
    if (length == 0) {
        /* No message is empty: zero bytes mean that nothing more will ever come. Whoever goes on watching this socket
         * is told at once that it is ready, again and again. */
        printf("The client at %s has left.\n", names[place]);
        return false;
    }
    /* Only the first `length` bytes were received, and no '\0' ends them: "%s" would not know where to stop. */
    printf("Received %zd bytes: ", length);
    fwrite(buffer, 1, (size_t)length, stdout);
    putchar('\n');
    return true;
}

static void dismiss(nfds_t place)
{
    close(watched[place].fd); /* our FIN goes out, and the descriptor is free again */
    /* The last client moves to the free place. */
    places--;
    watched[place] = watched[places];
    memmove(names[place], names[places], sizeof names[place]);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: zero_length_recv <port>\n");
        return EXIT_FAILURE;
    }
    in_port_t port = parse_port(argv[1]);
    if (port == 0) {
        fprintf(stderr, "zero_length_recv: `%s` is no port: ports go from 1 to 65535\n", argv[1]);
        return EXIT_FAILURE;
    }
    setvbuf(stdout, NULL, _IOLBF, 0); /* lines come out when they end, wherever stdout goes */
    watched[0].fd = open_listener(port);
    printf("Listening at port %d.\n", port);

    for (;;) {
        /* No place left: do not look at the listener, or poll would return at once although we cannot accept. */
        watched[0].events = places <= MOST_CLIENTS ? POLLIN : 0;
        /* Waits until something has come, without a time-out and without burning CPU time. */
        if (poll(watched, places, -1) < 0) {
            if (errno == EINTR)
                continue;
            fail("poll");
        }
        /* Downwards, because a client that leaves has its place taken by the last one, which was looked at already. */
        for (nfds_t place = places - 1; place > 0; place--) {
            if (watched[place].revents != 0 && !receive(place))
                dismiss(place);
        }
        if (watched[0].revents != 0)
            accept_client();
    }
}
