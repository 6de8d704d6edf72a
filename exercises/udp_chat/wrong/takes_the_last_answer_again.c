// fault: at the end of the input a question takes the answer before it again: the text goes to port 192 of 192.168.1.11
// cause: end_mishandled
// fails: end_of_input

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* 0 if the word is no port. */
static int to_port(const char *word)
{
    int port = atoi(word);
    return port >= 1 && port <= 65535 ? port : 0;
}

/* What was typed last. */
static char answer[65536];

/* Reads one line without its newline into `answer`. 0 at the end of the input. */
static int ask(const char *question)
{
    printf("%s", question);
    fflush(stdout);
    int more = fgets(answer, sizeof answer, stdin) != NULL;
    answer[strcspn(answer, "\n")] = '\0';
    return more;
}

static void send_message(int fd, const char *text, const char *ip, const char *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(to_port(port))};
    if (inet_pton(AF_INET, ip, &to.sin_addr) != 1) {
        printf("this is no address\n");
        return;
    }
    if (to.sin_port == 0) {
        printf("this is no port\n");
        return;
    }
    if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) < 0)
        printf("not sent: %s\n", strerror(errno));
}

static void receive_message(int fd)
{
    char buffer[1024];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer - 1, 0, (struct sockaddr *)&from, &size);
    if (length < 0) {
        printf("not received: %s\n", strerror(errno));
        return;
    }
    buffer[length] = '\0';
    printf("%s, port %d: %s\n", inet_ntoa(from.sin_addr), ntohs(from.sin_port), buffer);
}

int main(int argc, char **argv)
{
    int port = argc == 2 ? to_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: udp_chat <port>\n");
        return 1;
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("udp_chat");
        return 1;
    }

    while (printf("1: send a message\n2: receive a message\n"), ask("choice: ")) {
        if (strcmp(answer, "1") == 0) {
            ask("text: ");
            char *text = strdup(answer);
            ask("ip: ");
            char *ip = strdup(answer);
            ask("port: ");
            send_message(fd, text, ip, answer);
            free(text);
            free(ip);
        } else if (strcmp(answer, "2") == 0) {
            receive_message(fd);
        } else {
            printf("there is no such choice\n");
        }
    }
    close(fd);
    return 0;
}
