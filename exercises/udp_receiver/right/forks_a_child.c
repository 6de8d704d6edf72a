// style: a child process receives, and its parent reads what came from a pipe and shows it

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct letter {
    struct sockaddr_in sender;
    ssize_t length;
    char text[1024];
};

static void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void receive(int fd, int to_parent)
{
    static struct letter letter;
    socklen_t size = sizeof letter.sender;
    letter.length = recvfrom(fd, letter.text, sizeof letter.text, 0, (struct sockaddr *)&letter.sender, &size);
    if (letter.length < 0)
        die("recvfrom");
    // Smaller than PIPE_BUF, so it is written whole.
    if (write(to_parent, &letter, sizeof letter) != sizeof letter)
        die("write");
    exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
    int port = 0, used = 0;
    if (argc != 2 || sscanf(argv[1], "%6d%n", &port, &used) != 1 || argv[1][used] != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "usage: %s PORT (1 to 65535)\n", argv[0]);
        return EXIT_FAILURE;
    }
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((in_port_t)port)};
    own.sin_addr.s_addr = INADDR_ANY;
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die("The port cannot be had");

    int ends[2];
    if (pipe(ends) < 0)
        die("pipe");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        close(ends[0]);
        receive(fd, ends[1]);
    }
    close(fd);
    close(ends[1]);

    static struct letter letter;
    ssize_t got = read(ends[0], &letter, sizeof letter);
    waitpid(child, NULL, 0);
    if (got != sizeof letter) {
        fputs("The child brought nothing.\n", stderr);
        return EXIT_FAILURE;
    }
    printf("Sender   %s\n", inet_ntoa(letter.sender.sin_addr));
    printf("Port     %hu\n", ntohs(letter.sender.sin_port));
    printf("Message  ");
    fwrite(letter.text, (size_t)letter.length, 1, stdout);
    printf("\n");
    return EXIT_SUCCESS;
}
