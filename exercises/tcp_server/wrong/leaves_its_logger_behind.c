// fault: a process that writes the log is left behind: it waits for ever, because it holds the pipe's other end itself
// cause: process_left
// fails: one_client, utf8_text, closes_first, restarts_at_once, restarts_after_kill, client_leaves_silently, client_resets, second_client_waits

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char answer[] = "ok, 问题正在处理中...";

static int open_listener(int port) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0) {
        return -1;
    }
    int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) {
        return -1;
    }
    return listener;
}

// Starts a process that prints whatever comes out of a pipe, and returns the end of the pipe to write into.
static int start_logger(int listener) {
    int ends[2];
    if (pipe(ends) < 0) {
        return -1;
    }
    pid_t logger = fork();
    if (logger == 0) {
        close(listener);
        char text[2048];
        ssize_t length;
        while ((length = read(ends[0], text, sizeof text)) > 0) {
            fwrite(text, 1, length, stdout);
            fflush(stdout);
        }
        exit(0);
    }
    close(ends[0]);
    return logger < 0 ? -1 : ends[1];
}

int main(int argc, char **argv) {
    char *end = "";
    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (*end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "usage: tcp_server <port>\n");
        return 1;
    }
    int listener = open_listener(port);
    if (listener < 0) {
        perror("tcp_server: cannot listen");
        return 1;
    }
    int log = start_logger(listener);
    if (log < 0) {
        perror("tcp_server: cannot log");
        return 1;
    }

    struct sockaddr_in address;
    socklen_t size = sizeof address;
    int client = accept(listener, (struct sockaddr *)&address, &size);
    if (client < 0) {
        perror("tcp_server: accept");
        return 1;
    }
    dprintf(log, "client %s, port %d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));

    char buffer[1024];
    ssize_t length = recv(client, buffer, sizeof buffer, 0);
    if (length < 0) {
        perror("tcp_server: lost the client");
    } else if (length > 0) {
        dprintf(log, "%zd bytes: %.*s\n", length, (int)length, buffer);
        if (send(client, answer, strlen(answer), MSG_NOSIGNAL) < 0) {
            perror("tcp_server: cannot answer");
        }
    }

    close(client);
    close(listener);
    close(log);
    return 0;
}
