// style: a non-blocking [::] socket and epoll; getaddrinfo reads the numbers; standard output has no buffer

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char line[70000];

/* Reads a line into `line`, without its newline. What does not fit is lost, with a word. 0 at the end of the input. */
static int read_line(const char *question)
{
    printf("%s", question);
    if (fgets(line, sizeof line, stdin) == NULL)
        return 0;
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\n') {
        line[length - 1] = '\0';
        return 1;
    }
    int byte, lost = 0;
    while ((byte = getchar()) != EOF && byte != '\n')
        lost++;
    if (lost > 0)
        printf("(the line is too long, %d bytes of it are lost)\n", lost);
    return 1;
}

/* Numbers only, no look-up of names. An IPv4 address comes out mapped (::ffff:a.b.c.d), as the socket wants it. */
static int resolve(const char *ip, const char *port, struct sockaddr_storage *address, socklen_t *size)
{
    /* getaddrinfo does not look at the range of a numeric port. */
    char *end;
    long number = strtol(port, &end, 10);
    if (end == port || *end != '\0' || number < 1 || number > 65535)
        return EAI_SERVICE;
    struct addrinfo hints = {
        .ai_family = AF_INET6,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | (ip == NULL ? AI_PASSIVE : 0),
    };
    struct addrinfo *found;
    int error = getaddrinfo(ip, port, &hints, &found);
    if (error != 0)
        return error;
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return 0;
}

static void send_it(int fd, const char *text, const char *ip, const char *port)
{
    struct sockaddr_storage to;
    socklen_t size;
    int error = resolve(ip, port, &to, &size);
    if (error != 0)
        printf("%s port %s: %s\n", ip, port, gai_strerror(error));
    else if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, size) < 0)
        printf("%s port %s: %s\n", ip, port, strerror(errno));
    else
        printf("%zu bytes have been sent\n", strlen(text));
}

static void receive_it(int fd, int epoll)
{
    for (;;) {
        char data[1025];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(fd, data, sizeof data - 1, 0, (struct sockaddr *)&from, &size);
        if (length >= 0) {
            char ip[NI_MAXHOST], port[NI_MAXSERV];
            data[length] = '\0';
            if (getnameinfo((struct sockaddr *)&from, size, ip, sizeof ip, port, sizeof port,
                            NI_NUMERICHOST | NI_NUMERICSERV) != 0)
                return;
            printf("%s ← %s, %s\n", data, ip, port);
            return;
        }
        if (errno != EAGAIN && errno != EINTR) {
            printf("recvfrom: %s\n", strerror(errno));
            return;
        }
        struct epoll_event event;
        epoll_wait(epoll, &event, 1, -1);
    }
}

static char *copy(void)
{
    char *text = strdup(line);
    if (text == NULL) {
        perror("strdup");
        exit(1);
    }
    return text;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    struct sockaddr_storage here;
    socklen_t size;
    int error = argc == 2 ? resolve(NULL, argv[1], &here, &size) : EAI_SERVICE;
    if (error != 0) {
        fprintf(stderr, "%s: one port, please (%s)\n", argv[0], gai_strerror(error));
        return 1;
    }
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int both = 0;
    if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof both) < 0 ||
        bind(fd, (struct sockaddr *)&here, size) < 0) {
        fprintf(stderr, "%s: %s: %s\n", argv[0], argv[1], strerror(errno));
        return 1;
    }
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event readable = {.events = EPOLLIN, .data.fd = fd};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &readable) < 0) {
        perror("epoll");
        return 1;
    }

    while (read_line("\n1) write\n2) read\n> ")) {
        if (strcmp(line, "2") == 0) {
            receive_it(fd, epoll);
        } else if (strcmp(line, "1") == 0) {
            if (!read_line("text> "))
                break;
            char *text = copy();
            if (!read_line("address> ")) {
                free(text);
                break;
            }
            char *ip = copy();
            int more = read_line("port> ");
            if (more)
                send_it(fd, text, ip, line);
            free(text);
            free(ip);
            if (!more)
                break;
        } else {
            printf("\"%s\" is not on the menu\n", line);
        }
    }
    close(epoll);
    close(fd);
    return 0;
}
