// fault: what recv returns is kept in a size_t, so -1 becomes the largest length there is
// cause: stale_output
// fails: reset_is_not_the_end

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Until the client has left. */
static void serve(int client)
{
    char buffer[1025] = "";
    size_t length;
    while ((length = recv(client, buffer, sizeof buffer - 1, 0)) > 0)
        printf("%zu bytes: %.*s\n", length, (int)length, buffer);
    printf("the client has left\n");
    close(client);
}

static long port_of(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    return isdigit((unsigned char)*word) && *end == '\0' && port <= 65535 ? port : 0;
}

int main(int argc, char **argv)
{
    long port = argc == 2 ? port_of(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: zero_length_recv <port>\n");
        return EXIT_FAILURE;
    }

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        perror("zero_length_recv");
        return EXIT_FAILURE;
    }

    for (;;) {
        socklen_t size = sizeof address;
        int client = accept(listener, (struct sockaddr *)&address, &size);
        if (client < 0) {
            perror("zero_length_recv");
            return EXIT_FAILURE;
        }
        printf("client %s, port %d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
        serve(client);
    }
}
