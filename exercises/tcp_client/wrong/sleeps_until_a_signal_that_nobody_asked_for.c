// fault: it sleeps until SIGIO has told of the answer, and has not asked the system for that signal (F_SETOWN, O_ASYNC)
// cause: sleeps
// fails: handshake_and_exchange, utf8_text, closes_first, server_leaves_silently, server_resets, ephemeral_port

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t something_came;

static void on_sigio(int signal) {
    (void)signal;
    something_came = 1;
}

int main(int argc, char **argv) {
    struct sockaddr_in srv = { .sin_family = AF_INET };
    if (argc != 3 || atoi(argv[2]) < 1 || atoi(argv[2]) > 65535 || inet_pton(AF_INET, argv[1], &srv.sin_addr) != 1) {
        fprintf(stderr, "usage: tcp_client ip port\n");
        return 1;
    }
    srv.sin_port = htons(atoi(argv[2]));
    signal(SIGIO, on_sigio);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&srv, sizeof srv)) { perror("connect"); return 1; }
    char line[2048], buf[1024];
    if (!fgets(line, sizeof line, stdin)) return 1;
    line[strcspn(line, "\n")] = 0;
    if (write(fd, line, strlen(line)) < 0) { perror("write"); return 1; }
    while (!something_came) {
        usleep(10000);
    }
    ssize_t n = read(fd, buf, sizeof buf);
    if (n < 0) { perror("read"); return 1; }
    if (n == 0) { puts("server has left"); return 0; }
    printf("The server says: %.*s\n", (int)n, buf);
    close(fd);
    return 0;
}
