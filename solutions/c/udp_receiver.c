// udp_receiver <port>: receives one datagram and shows what came and from whom.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/// The port in a word, or 0 when there is none in it. strtol rather than atoi: atoi takes `abc` for 0 and 12x for 12.
static in_port_t parse_port(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    if (end == word || *end != '\0' || port < 1 || port > 65535)
        return 0;
    return (in_port_t)port;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: udp_receiver <port>\n");
        return EXIT_FAILURE;
    }
    in_port_t port = parse_port(argv[1]);
    if (port == 0) {
        fprintf(stderr, "udp_receiver: `%s` is no port: ports go from 1 to 65535\n", argv[1]);
        return EXIT_FAILURE;
    }

    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) {
        perror("udp_receiver: socket");
        return EXIT_FAILURE;
    }

    // INADDR_ANY, 0.0.0.0, is every address of this machine. Numbers in an address stand in the byte order of the
    // network, which is not that of most machines: htons and htonl turn them round where that is needed.
    struct sockaddr_in own = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) { // somebody has the port, perhaps
        perror("udp_receiver: bind");
        close(fd);
        return EXIT_FAILURE;
    }
    printf("Waiting at port %d.\n", port);

    // One call, one datagram, with its sender. What is larger than the buffer would be cut off. 0 is the length of an
    // empty message, and no end; only -1 is a failure.
    char buffer[1024];
    struct sockaddr_in sender;
    socklen_t size = sizeof sender;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &size);
    if (length < 0) {
        perror("udp_receiver: recvfrom");
        close(fd);
        return EXIT_FAILURE;
    }
    close(fd);

    char ip[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &sender.sin_addr, ip, sizeof ip);
    printf("From %s, port %d: ", ip, ntohs(sender.sin_port));
    // Not printf with %s: no NUL ends what came from the network, and there may be one in the middle of it.
    fwrite(buffer, 1, (size_t)length, stdout);
    putchar('\n');
    return EXIT_SUCCESS;
}
