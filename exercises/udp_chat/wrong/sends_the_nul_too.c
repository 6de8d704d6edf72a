// fault: the NUL that ends a string in C is sent with the text
// cause: nul_sent
// fails: sends_from_its_port, answers_the_sender, two_programs_talk, wrong_choice, wrong_address, wrong_port, long_text

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
    char *end;
    long port = strtol(word, &end, 10);
    return *end == '\0' && port >= 1 && port <= 65535 ? (int)port : 0;
}

/* One line without its newline, for the caller to free; NULL at the end of the input. */
static char *ask(const char *question)
{
    printf("%s", question);
    fflush(stdout);
    char *line = NULL;
    size_t size = 0;
    if (getline(&line, &size, stdin) < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
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
    if (sendto(fd, text, strlen(text) + 1, 0, (struct sockaddr *)&to, sizeof to) < 0)
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

    char *choice;
    while (printf("1: send a message\n2: receive a message\n"), (choice = ask("choice: ")) != NULL) {
        if (strcmp(choice, "1") == 0) {
            char *text = ask("text: ");
            char *ip = text ? ask("ip: ") : NULL;
            char *number = ip ? ask("port: ") : NULL;
            if (number)
                send_message(fd, text, ip, number);
            free(text);
            free(ip);
            free(number);
        } else if (strcmp(choice, "2") == 0) {
            receive_message(fd);
        } else {
            printf("there is no such choice\n");
        }
        free(choice);
    }
    close(fd);
    return 0;
}
