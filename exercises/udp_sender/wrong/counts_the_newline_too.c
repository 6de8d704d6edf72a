// fault: the newline is counted where the length is compared with the limit
// cause: refuses_too_much
// fails: largest_datagram

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
static bool parse_destination(const char *ip, const char *port, struct sockaddr_in *destination) {
    memset(destination, 0, sizeof *destination);
    destination->sin_family = AF_INET;
    if (inet_pton(AF_INET, ip, &destination->sin_addr) != 1) {
        fprintf(stderr, "udp_sender: `%s` is no IPv4 address\n", ip);
        return false;
    }
    char *end;
    long number = strtol(port, &end, 10);
    if (end == port || *end != '\0' || number < 1 || number > 65535) {
        fprintf(stderr, "udp_sender: `%s` is no port: ports go from 1 to 65535\n", port);
        return false;
    }
    destination->sin_port = htons((uint16_t)number);
    return true;
}
static bool send_text(const char *text, size_t length, const struct sockaddr_in *destination) {
    int udp_socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (udp_socket < 0) {
        perror("udp_sender: cannot make a socket");
        return false;
    }
    ssize_t sent = sendto(udp_socket, text, length, 0, (const struct sockaddr *)destination, sizeof *destination);
    if (sent < 0) {
        fprintf(stderr, "udp_sender: cannot send %zu bytes: %s\n", length, strerror(errno));
    }
    close(udp_socket);
    return sent >= 0;
}

int main(int argc, char **argv) {
    struct sockaddr_in destination;
    if (argc != 3) {
        fprintf(stderr, "usage: udp_sender <ip> <port>\n");
        return EXIT_FAILURE;
    }
    if (!parse_destination(argv[1], argv[2], &destination)) {
        return EXIT_FAILURE;
    }

    printf("Text to send: ");
    fflush(stdout); // Without a newline at its end the prompt would wait in the buffer.
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length = getline(&line, &capacity, stdin);
    bool done = false;
    if (length > 65507) {
        fprintf(stderr, "udp_sender: a text may have 65507 bytes\n");
    } else if (length >= 0) {
        if (length > 0 && line[length - 1] == '\n') {
            length--;
        }
        done = send_text(line, (size_t)length, &destination);
    } else if (feof(stdin)) {
        done = true; // The end of the input instead of a line: there is nothing to send.
    } else {
        perror("udp_sender: cannot read a line");
    }
    free(line); // getline may have allocated it even when it failed.
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
