// fault: the whole buffer is written out, with the NULs behind the answer
// cause: nul_shown
// fails: handshake_and_exchange, utf8_text, server_leaves_silently

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
    struct sockaddr_in srv = { .sin_family = AF_INET };
    if (argc != 3 || atoi(argv[2]) < 1 || atoi(argv[2]) > 65535 || inet_pton(AF_INET, argv[1], &srv.sin_addr) != 1) {
        fprintf(stderr, "usage: tcp_client ip port\n");
        return 1;
    }
    srv.sin_port = htons(atoi(argv[2]));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&srv, sizeof srv)) { perror("connect"); return 1; }
    char line[2048], buf[1024] = {0};
    if (!fgets(line, sizeof line, stdin)) return 1;
    line[strcspn(line, "\n")] = 0;
    write(fd, line, strlen(line)) < 0 ? perror("write") : (void)0;
    ssize_t n = read(fd, buf, sizeof buf);
    if (n < 0) { perror("read"); return 1; }
    if (n == 0) { puts("server has left"); return 0; }
    printf("The server says: ");
    fwrite(buf, 1, sizeof buf, stdout);
    puts("");
    close(fd);
    return 0;
}
