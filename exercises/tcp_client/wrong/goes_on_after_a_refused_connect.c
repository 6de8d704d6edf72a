// fault: that connect has failed is said, and then it goes on as if it had not
// cause: error_ignored
// fails: refused

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
static void fail(const char *what, const char *why)
{
    fprintf(stderr, "tcp_client: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}
static struct addrinfo *parse_address(const char *ip, const char *port)
{
    char *end;
    long number = strtol(port, &end, 10);
    if (end == port || *end != '\0' || number < 1 || number > 65535)
        fail(port, "no port: ports go from 1 to 65535");
    struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_family = AF_INET,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *address;
    int error = getaddrinfo(ip, port, &hints, &address);
    if (error != 0)
        fail(ip, gai_strerror(error));
    return address;
}

static void send_all(int server, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(server, bytes, length, 0);
        if (sent < 0)
            fail("cannot send", strerror(errno));
        bytes += sent;
        length -= (size_t)sent;
    }
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("usage", "tcp_client <ip> <port>");
    struct addrinfo *address = parse_address(argv[1], argv[2]);
    int server = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (server < 0)
        fail("cannot make a socket", strerror(errno));
    if (connect(server, address->ai_addr, address->ai_addrlen) < 0)
        perror("tcp_client: connect");
    freeaddrinfo(address);

    printf("Text to send: ");
    fflush(stdout); // the prompt does not end its line, so it would stay in the buffer
    char *line = NULL;
    size_t capacity = 0;
    ssize_t line_length = getline(&line, &capacity, stdin);
    if (line_length < 0) { // the end of the input: there is nothing to ask
        free(line);
        close(server);
        return EXIT_SUCCESS;
    }
    if (line[line_length - 1] == '\n')
        line_length--;
    send_all(server, line, (size_t)line_length);
    free(line);
    char buffer[1024];
    ssize_t length = recv(server, buffer, sizeof buffer, 0);
    if (length < 0)
        fail("no answer", strerror(errno));
    if (length == 0) // no empty answer: the server has closed its side
        fail("no answer", "the server has left");
    printf("The server says: %.*s\n", (int)length, buffer);

    close(server); // our FIN goes out first; nothing is unread, so it is no RST
    return EXIT_SUCCESS;
}
