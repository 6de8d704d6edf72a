// fault: a byte that begins no UTF-8 character has length 0, so counting characters never gets past it
// cause: spinning
// fails: not_text

#include <arpa/inet.h>
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

/// How many bytes a character has, by its first one.
static int length_of_character(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    if (first >= 0xf0 && first <= 0xf4)
        return 4;
    return 0;
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

    char buffer[1025];
    struct sockaddr_in sender;
    socklen_t size = sizeof sender;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer - 1, 0, (struct sockaddr *)&sender, &size);
    if (length < 0) {
        perror("udp_receiver: recvfrom");
        return 1;
    }
    buffer[length] = '\0';
    int characters = 0;
    for (ssize_t i = 0; i < length; i += length_of_character((unsigned char)buffer[i]))
        characters++;
    printf("%d characters from %s port %d: %s\n", characters, inet_ntoa(sender.sin_addr), ntohs(sender.sin_port),
           buffer);
    close(fd);
    return 0;
}
