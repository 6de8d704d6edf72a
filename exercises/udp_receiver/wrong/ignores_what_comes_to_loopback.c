// fault: a datagram that was sent to 127.0.0.1 is thrown away
// cause: waits_for_another
// fails: binds_every_address

#include <arpa/inet.h>
#include <stdbool.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int parse_port(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    if (end == word || *end != '\0' || port < 1 || port > 65535)
        return -1;
    return (int)port;
}

/// Receives one datagram, with its sender and the address that it was sent to.
static ssize_t receive(int fd, char *buffer, size_t size, struct sockaddr_in *sender, struct in_addr *destination)
{
    struct iovec piece = {buffer, size};
    union {
        char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {
        .msg_name = sender,
        .msg_namelen = sizeof *sender,
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    ssize_t length = recvmsg(fd, &message, 0);
    for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each != NULL; each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_PKTINFO)
            *destination = ((struct in_pktinfo *)CMSG_DATA(each))->ipi_addr;
    }
    return length;
}

/// Nobody but this machine itself sends to 127.0.0.0/8.
static bool is_loopback(struct in_addr address)
{
    return ntohl(address.s_addr) >> 24 == 127;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: udp_receiver <port>\n");
        return 1;
    }
    int port = parse_port(argv[1]);
    if (port < 0) {
        fprintf(stderr, "udp_receiver: %s is no port\n", argv[1]);
        return 1;
    }

    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) {
        perror("udp_receiver: bind");
        return 1;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);

    char buffer[1025];
    struct sockaddr_in sender;
    struct in_addr destination = {0};
    ssize_t length;
    do {
        length = receive(fd, buffer, sizeof buffer - 1, &sender, &destination);
    } while (length >= 0 && is_loopback(destination));
    if (length < 0) {
        perror("udp_receiver: recvfrom");
        return 1;
    }
    buffer[length] = '\0';
    printf("%s port %d: %s\n", inet_ntoa(sender.sin_addr), ntohs(sender.sin_port), buffer);
    close(fd);
    return 0;
}
