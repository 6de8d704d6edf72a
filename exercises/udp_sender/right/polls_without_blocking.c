// style: standard input does not block: poll says when there is something; pieces of 16 bytes are taken; sendmsg sends

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 16, LONGEST = 1 << 20 };

static char text[LONGEST + PIECE];

static int fail(const char *what) {
    fprintf(stderr, "udp_sender: %s: %s\n", what, strerror(errno));
    return 1;
}

// Takes what is there until the line is complete. Returns its length, -1 at the end of the input, -2 on errors.
static long take_line(void) {
    size_t length = 0;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (length < LONGEST) {
        ssize_t got = read(STDIN_FILENO, text + length, PIECE);
        if (got > 0) {
            char *newline = memchr(text + length, '\n', (size_t)got);
            if (newline) {
                return newline - text;
            }
            length += (size_t)got;
        } else if (got == 0) {
            return length > 0 ? (long)length : -1;
        } else if (errno != EAGAIN && errno != EINTR) {
            return -2;
        } else if (poll(&input, 1, -1) < 0 && errno != EINTR) {
            return -2;
        }
    }
    errno = EMSGSIZE;
    return -2;
}

int main(int argc, char **argv) {
    struct sockaddr_in to = {.sin_family = AF_INET};
    unsigned port;
    char rest;
    if (argc != 3 || !inet_aton(argv[1], &to.sin_addr) || sscanf(argv[2], "%u%c", &port, &rest) != 1 || port < 1 ||
        port > 65535) {
        fputs("udp_sender: give me an IPv4 address and a port from 1 to 65535\n", stderr);
        return 2;
    }
    to.sin_port = htons((uint16_t)port);

    int flags = fcntl(STDIN_FILENO, F_GETFL);
    if (flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) < 0) {
        return fail("standard input");
    }
    long length = take_line();
    // The terminal, if it is one, is shared with the shell: leave it as it was.
    fcntl(STDIN_FILENO, F_SETFL, flags);
    if (length == -1) {
        return 0;
    }
    if (length < 0) {
        return fail("reading a line");
    }

    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return fail("socket");
    }
    struct iovec content = {.iov_base = text, .iov_len = (size_t)length};
    struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &content, .msg_iovlen = 1};
    int result = sendmsg(fd, &message, 0) < 0 ? fail("sending") : 0;
    close(fd);
    return result;
}
