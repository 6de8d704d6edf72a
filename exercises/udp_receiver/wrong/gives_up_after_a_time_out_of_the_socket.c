// fault: SO_RCVTIMEO ends its wait for a datagram after a second and a half
// cause: gave_up
// fails: binds_every_address, shows_text_and_sender, utf8_text, first_of_two, empty_datagram, not_text, kilobyte

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int parse_port(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    if (end == word || *end != '\0' || port < 1 || port > 65535)
        return -1;
    return (int)port;
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
        fprintf(stderr, "udp_receiver: bind: %s\n", strerror(errno));
        return 1;
    }

    struct timeval patience = {.tv_sec = 1, .tv_usec = 500000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);

    char buffer[1025];
    struct sockaddr_in sender;
    socklen_t size = sizeof sender;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer - 1, 0, (struct sockaddr *)&sender, &size);
    if (length < 0) {
        fprintf(stderr, "udp_receiver: recvfrom: %s\n", strerror(errno));
        return 1;
    }
    buffer[length] = '\0';
    printf("%s port %d: %s\n", inet_ntoa(sender.sin_addr), ntohs(sender.sin_port), buffer);
    close(fd);
    return 0;
}
