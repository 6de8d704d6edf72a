// style: one socket for IPv4 and one for IPv6, and poll waits for both

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void print_sender(const struct sockaddr_storage *sender)
{
    char ip[INET6_ADDRSTRLEN];
    if (sender->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)sender;
        printf("<%s:%u> ", inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof ip), ntohs(v4->sin_port));
    } else {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sender;
        printf("<[%s]:%u> ", inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof ip), ntohs(v6->sin6_port));
    }
}

static bool bind_pair(struct pollfd pair[2], in_port_t port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
    int on = 1;

    pair[0].fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (pair[0].fd < 0 || bind(pair[0].fd, (struct sockaddr *)&v4, sizeof v4) < 0)
        return false;
    // A machine without IPv6 is no reason to fail; poll skips what is negative.
    pair[1].fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (pair[1].fd < 0)
        return true;
    setsockopt(pair[1].fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return bind(pair[1].fd, (struct sockaddr *)&v6, sizeof v6) == 0;
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long port = argc > 1 ? strtoul(argv[1], &end, 10) : 0;
    if (port == 0 || port > 65535 || *end != '\0') {
        fprintf(stderr, "udp_receiver: %s\n", argc > 1 ? "that is no port" : "which port?");
        return 64;
    }
    struct pollfd pair[2] = {{.events = POLLIN}, {.events = POLLIN}};
    if (!bind_pair(pair, (in_port_t)port)) {
        perror("udp_receiver");
        return 71;
    }
    if (poll(pair, 2, -1) < 0) {
        perror("udp_receiver: poll");
        return 71;
    }

    struct pollfd *ready = pair[0].revents != 0 ? &pair[0] : &pair[1];
    struct sockaddr_storage sender;
    socklen_t size = sizeof sender;
    char text[1025];
    ssize_t length = recvfrom(ready->fd, text, sizeof text - 1, 0, (struct sockaddr *)&sender, &size);
    if (length < 0) {
        perror("udp_receiver: recvfrom");
        return 71;
    }
    text[length] = '\0';
    print_sender(&sender);
    puts(text);
    return 0;
}
