// fault: zero bytes received are shown and answered like a text
// cause: zero_unnoticed
// fails: client_leaves_silently

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

static const char ANSWER[] = "ok, 问题正在处理中...";
static uint16_t parse_port(const char *text) {
    char *end;
    long number = strtol(text, &end, 10);
    if (end == text || *end != '\0' || number < 1 || number > 65535) {
        return 0;
    }
    return (uint16_t)number;
}
static int open_listener(uint16_t port) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0) {
        return -1;
    }
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(INADDR_ANY),
    };
    int on = 1;
    if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        int reason = errno; // close may change errno
        close(listener);
        errno = reason;
        return -1;
    }
    return listener;
}
static bool send_all(int client, const char *data, size_t length) {
    while (length > 0) {
        ssize_t sent = send(client, data, length, MSG_NOSIGNAL);
        if (sent < 0) {
            return false;
        }
        data += sent;
        length -= (size_t)sent;
    }
    return true;
}
static bool serve(int client) {
    char buffer[1024];
    ssize_t length = recv(client, buffer, sizeof buffer, 0);
    if (length < 0) {
        return false;
    }
    printf("Received %zd bytes: ", length);
    fwrite(buffer, 1, (size_t)length, stdout);
    printf("\n");
    return send_all(client, ANSWER, strlen(ANSWER));
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: tcp_server <port>\n");
        return EXIT_FAILURE;
    }
    uint16_t port = parse_port(argv[1]);
    if (port == 0) {
        fprintf(stderr, "tcp_server: `%s` is no port: ports go from 1 to 65535\n", argv[1]);
        return EXIT_FAILURE;
    }
    int listener = open_listener(port);
    if (listener < 0) {
        fprintf(stderr, "tcp_server: cannot listen at port %u: %s\n", (unsigned)port, strerror(errno));
        return EXIT_FAILURE;
    }
    printf("Listening at port %u.\n", (unsigned)port);
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int client = accept(listener, (struct sockaddr *)&address, &size);
    if (client < 0) {
        perror("tcp_server: cannot accept a client");
        close(listener);
        return EXIT_FAILURE;
    }
    char ip[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &address.sin_addr, ip, sizeof ip);
    printf("Client %s, port %u\n", ip, (unsigned)ntohs(address.sin_port));
    fflush(stdout); // Now, before we wait for the client: into a pipe or a file the line would come later.
    if (!serve(client)) {
        fprintf(stderr, "tcp_server: lost the client: %s\n", strerror(errno));
    }

    close(client); // Our FIN goes out: we close first.
    close(listener);
    return EXIT_SUCCESS;
}
