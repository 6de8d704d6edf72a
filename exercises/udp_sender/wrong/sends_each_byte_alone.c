// fault: each byte of the text is sent in a datagram of its own
// cause: datagram_split
// fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, largest_datagram

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGEST = 65535 - 20 - 8 };

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

    char *text = NULL;
    size_t capacity = 0;
    ssize_t length = getline(&text, &capacity, stdin);
    if (length < 0) {
        return 0;
    }
    if (text[length - 1] == '\n') {
        text[--length] = '\0';
    }
    if (length > LARGEST) {
        fprintf(stderr, "udp_sender: %zd bytes do not fit into a datagram\n", length);
        return 1;
    }

    int udp_socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (udp_socket < 0) {
        perror("udp_sender: socket");
        return 1;
    }
    ssize_t sent = 0;
    do { // At least once: an empty text is sent, too.
        size_t size = sent < length ? 1 : 0;
        if (sendto(udp_socket, text + sent, size, 0, (struct sockaddr *)&destination, sizeof destination) < 0) {
            fprintf(stderr, "udp_sender: %s\n", strerror(errno));
            return 1;
        }
        sent++;
    } while (sent < length);
    close(udp_socket);
    free(text);
    return 0;
}
