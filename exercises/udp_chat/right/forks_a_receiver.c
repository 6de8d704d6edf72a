// style: a child process receives and hands the messages over through a socket pair; the parent has the menu and sends

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct message {
    struct sockaddr_in from;
    char text[1024];
};

static int valid_port(const char *word)
{
    char *end;
    long port = strtol(word, &end, 10);
    return *word != '\0' && *end == '\0' && port > 0 && port < 65536 ? (int)port : -1;
}

/* The child: one message from the network is one message in the pair. */
static void receive_for_ever(int network, int pair)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* nobody wants us without the parent */
    for (;;) {
        struct message message;
        socklen_t size = sizeof message.from;
        ssize_t length =
            recvfrom(network, message.text, sizeof message.text, 0, (struct sockaddr *)&message.from, &size);
        if (length < 0)
            _exit(1);
        if (send(pair, &message, sizeof message.from + (size_t)length, MSG_NOSIGNAL) < 0)
            _exit(0);
    }
}

static char *question(const char *words)
{
    fputs(words, stdout);
    fflush(stdout);
    char *answer = NULL;
    size_t size = 0;
    ssize_t length = getline(&answer, &size, stdin);
    if (length <= 0) {
        free(answer);
        return NULL;
    }
    if (answer[length - 1] == '\n')
        answer[length - 1] = '\0';
    return answer;
}

static void deliver(int network, const char *text, const char *ip, const char *port)
{
    struct sockaddr_in to;
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    if (!inet_aton(ip, &to.sin_addr) || valid_port(port) < 0) {
        puts("No message was sent. Ip or port is wrong.");
        return;
    }
    to.sin_port = htons((uint16_t)valid_port(port));
    if (sendto(network, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) == -1)
        printf("No message was sent. %s.\n", strerror(errno));
}

static void show_next(int pair)
{
    struct message message;
    ssize_t length = recv(pair, &message, sizeof message, 0);
    if (length < (ssize_t)sizeof message.from) {
        puts("The receiver has gone.");
        return;
    }
    printf("%s\n  sent by %s\n  from port %d\n", "* a message:", inet_ntoa(message.from.sin_addr),
           ntohs(message.from.sin_port));
    printf("  \"%.*s\"\n", (int)(length - (ssize_t)sizeof message.from), message.text);
}

int main(int argc, char *argv[])
{
    if (argc != 2 || valid_port(argv[1]) < 0) {
        fputs("usage: udp_chat <port>, from 1 to 65535\n", stderr);
        return 1;
    }
    int network = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)valid_port(argv[1]))};
    int pair[2];
    if (network < 0 || bind(network, (struct sockaddr *)&here, sizeof here) < 0 ||
        socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0) {
        perror("udp_chat cannot begin");
        return 1;
    }
    pid_t child = fork();
    if (child < 0) {
        perror("fork");
        return 1;
    }
    if (child == 0) {
        close(pair[0]);
        receive_for_ever(network, pair[1]);
    }
    close(pair[1]);

    char *choice;
    while ((choice = question("send a message (1), see the next message (2): ")) != NULL) {
        if (strcmp(choice, "1") == 0) {
            char *answers[3] = {NULL, NULL, NULL};
            static const char *const questions[3] = {"  the message: ", "  for the ip: ", "  for the port: "};
            int count = 0;
            while (count < 3 && (answers[count] = question(questions[count])) != NULL)
                count++;
            if (count == 3)
                deliver(network, answers[0], answers[1], answers[2]);
            for (int i = 0; i < 3; i++)
                free(answers[i]);
        } else if (strcmp(choice, "2") == 0) {
            show_next(pair[0]);
        } else {
            puts("I know 1 and 2 only.");
        }
        free(choice);
    }

    /* The child waits for the network and would not notice that we go. */
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    return 0;
}
