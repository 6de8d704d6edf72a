// fault: the port is read with atoi and cut to 16 bits: 99999 becomes 34463, and `abc` any port
// cause: argument_not_checked
// fails: bad_arguments

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns 0 when the client has left, and -1 when receiving has failed. */
static int serve(int client)
{
    char buffer[1024];
    for (;;) {
        ssize_t length = recv(client, buffer, sizeof buffer, 0);
        if (length <= 0)
            return (int)length;
        printf("%zd bytes: %.*s\n", length, (int)length, buffer);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: zero_length_recv <port>\n");
        return EXIT_FAILURE;
    }
    int port = atoi(argv[1]);

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
        if (serve(client) < 0)
            perror("zero_length_recv: recv");
        else
            printf("the client has left\n");
        close(client);
    }
}
