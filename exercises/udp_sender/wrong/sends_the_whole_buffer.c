// fault: the whole buffer of 1024 bytes is sent, whatever the text's length: NULs follow the text
// cause: nul_sent; error_ignored in too_large; bytes_missing in largest_datagram
// fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram, too_large

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool parse(char **words, struct sockaddr_in *destination) {
    char *end;
    long port = strtol(words[2], &end, 10);
    if (*end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "udp_sender: %s is no port\n", words[2]);
        return false;
    }
    destination->sin_family = AF_INET;
    destination->sin_port = htons(port);
    if (inet_pton(AF_INET, words[1], &destination->sin_addr) != 1) {
        fprintf(stderr, "udp_sender: %s is no address\n", words[1]);
        return false;
    }
    return true;
}

int main(int argc, char **argv) {
    struct sockaddr_in destination = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: udp_sender <ip> <port>\n");
        return 1;
    }
    if (!parse(argv, &destination)) {
        return 1;
    }

    char text[1024] = "";
    if (fgets(text, sizeof text, stdin) == NULL) {
        return 0;
    }
    text[strcspn(text, "\n")] = '\0';

    int udp_socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (udp_socket < 0) {
        perror("udp_sender: socket");
        return 1;
    }
    if (sendto(udp_socket, text, sizeof text, 0, (struct sockaddr *)&destination, sizeof destination) < 0) {
        fprintf(stderr, "udp_sender: %s\n", strerror(errno));
        return 1;
    }
    close(udp_socket);
    return 0;
}
