// style: a child process serves the client; the parent keeps the listener and waits for the child

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void check(int result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(EXIT_FAILURE);
    }
}

static void serve(int client) {
    char text[1024];
    ssize_t length = read(client, text, sizeof text);
    if (length < 0) {
        perror("child: the client is lost");
        return;
    }
    if (length == 0) {
        printf("child: the client has left\n");
        return;
    }
    printf("child: %d bytes received: %.*s\n", (int)length, (int)length, text);
    FILE *stream = fdopen(client, "w");
    if (stream == NULL || fputs("ok, 问题正在处理中...", stream) == EOF || fflush(stream) == EOF) {
        perror("child: no answer sent");
    }
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        return EXIT_FAILURE;
    }
    char *end;
    long port = strtol(argv[1], &end, 10);
    if (*end != '\0' || port <= 0 || port > 0xffff) {
        fprintf(stderr, "%s: not a port: %s\n", argv[0], argv[1]);
        return EXIT_FAILURE;
    }

    int listener = socket(AF_INET, SOCK_STREAM, 0);
    check(listener, "socket");
    int yes = 1;
    check(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), "setsockopt");
    struct sockaddr_in address = {0};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    check(bind(listener, (struct sockaddr *)&address, sizeof address), "bind");
    check(listen(listener, 16), "listen");

    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int client = accept(listener, (struct sockaddr *)&peer, &size);
    check(client, "accept");
    printf("parent: client %s, port %d\n", inet_ntoa(peer.sin_addr), ntohs(peer.sin_port));
    fflush(stdout); // Or the child gets a copy of what is in the buffer, and it is printed twice.

    pid_t child = fork();
    check(child, "fork");
    if (child == 0) {
        close(listener);
        serve(client);
        exit(EXIT_SUCCESS);
    }
    // The connection is closed when nobody has it open any more: the parent must close its copy too.
    close(client);
    check(waitpid(child, NULL, 0), "waitpid");
    close(listener);
    return EXIT_SUCCESS;
}
