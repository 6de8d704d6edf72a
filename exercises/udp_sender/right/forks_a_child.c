// style: a child process sends; the parent waits for it and ends with its exit code

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what) {
    perror(what);
    exit(EXIT_FAILURE);
}

static void send_to(const struct sockaddr_in *to, const char *text, size_t length) {
    int s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    if (s == -1) {
        die("socket");
    }
    if (sendto(s, text, length, 0, (const struct sockaddr *)to, sizeof *to) == -1) {
        die("sendto");
    }
    close(s);
}

int main(int argc, char **argv) {
    struct sockaddr_in to = {.sin_family = AF_INET};
    char *end = "";
    long port = argc == 3 ? strtol(argv[2], &end, 10) : 0;
    if (*end != '\0' || port <= 0 || port >= 1 << 16 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
        fprintf(stderr, "usage: udp_sender <ip> <port>\n");
        return EXIT_FAILURE;
    }
    to.sin_port = htons(port);

    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, stdin);
    if (length == -1) {
        if (ferror(stdin)) {
            die("stdin");
        }
        return EXIT_SUCCESS;
    }
    length -= line[length - 1] == '\n';

    pid_t child = fork();
    if (child == -1) {
        die("fork");
    }
    if (child == 0) {
        send_to(&to, line, length);
        exit(EXIT_SUCCESS);
    }
    int status;
    if (waitpid(child, &status, 0) == -1) {
        die("waitpid");
    }
    free(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}
