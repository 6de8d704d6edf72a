// style: no stdio for the input: one byte at a time with read(2), into a buffer that grows

#include <arpa/inet.h>
#include <err.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct line {
    char *bytes;
    size_t length;
    size_t room;
};

static void append(struct line *line, char byte) {
    if (line->length == line->room) {
        line->room = line->room ? 2 * line->room : 64;
        line->bytes = realloc(line->bytes, line->room);
        if (!line->bytes) {
            err(1, "no memory for %zu bytes", line->room);
        }
    }
    line->bytes[line->length++] = byte;
}

// Reads up to the newline. Returns 0 if the input ended before anything came.
static int read_line(struct line *line) {
    char byte;
    ssize_t got;
    while ((got = read(STDIN_FILENO, &byte, 1)) == 1) {
        if (byte == '\n') {
            return 1;
        }
        append(line, byte);
    }
    if (got < 0) {
        err(1, "cannot read the line");
    }
    return line->length > 0;
}

int main(int argc, char *argv[]) {
    if (argc != 3) {
        errx(1, "usage: udp_sender <ip> <port>");
    }
    // getaddrinfo alone would take 99999 for a port, and cut it to 16 bits.
    char *rest;
    long port = strtol(argv[2], &rest, 10);
    if (*rest || port < 1 || port > 65535) {
        errx(1, "%s: not a port", argv[2]);
    }
    struct addrinfo hints = {
        .ai_family = AF_INET,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
    };
    struct addrinfo *to;
    int failure = getaddrinfo(argv[1], argv[2], &hints, &to);
    if (failure) {
        errx(1, "%s: %s", argv[1], gai_strerror(failure));
    }

    struct line line = {0};
    if (read_line(&line)) {
        int fd = socket(to->ai_family, to->ai_socktype, to->ai_protocol);
        if (fd < 0 || sendto(fd, line.bytes, line.length, 0, to->ai_addr, to->ai_addrlen) < 0) {
            err(1, "cannot send %zu bytes", line.length);
        }
        close(fd);
    }
    free(line.bytes);
    freeaddrinfo(to);
    return 0;
}
