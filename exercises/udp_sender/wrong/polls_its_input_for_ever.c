// fault: it polls the standard input for further lines when the text is sent
// cause: input_watched
// fails: one_datagram, utf8_text, nobody_listens, ephemeral_port, empty_line, largest_datagram

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
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
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&input, 1, -1) > 0) {
        ssize_t length = getline(&line, &capacity, stdin);
        if (length < 0) {
            break;
        }
        if (length > 0 && line[length - 1] == '\n') {
            length--;
        }
        if (!send_text(line, (size_t)length, &destination)) {
            return EXIT_FAILURE;
        }
    }
    free(line);
    return EXIT_SUCCESS;
}
