// style: it waits for a second and a half before it sends, and once more for a moment before it ends

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void wait_ms(long ms) {
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        fprintf(stderr, "Where to? Call me with an address and a port.\n");
        return 64;
    }
    struct in_addr ip;
    if (!inet_aton(argv[1], &ip)) {
        fprintf(stderr, "%s is not an address I understand.\n", argv[1]);
        return 64;
    }
    char *end;
    unsigned long port = strtoul(argv[2], &end, 10);
    if (*end != '\0' || port == 0 || port > 65535) {
        fprintf(stderr, "%s is not a port.\n", argv[2]);
        return 64;
    }

    puts("What shall I send?");
    char *line = NULL;
    size_t room = 0;
    if (getline(&line, &room, stdin) < 0) {
        puts("Nothing, then.");
        return 0;
    }
    line[strcspn(line, "\n")] = '\0';

    puts("One moment, please ...");
    wait_ms(1500);
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = ip};
    if (sender < 0 || sendto(sender, line, strlen(line), 0, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("That did not work");
        return 74;
    }
    puts("Sent.");
    wait_ms(200);
    close(sender);
    free(line);
    return 0;
}
