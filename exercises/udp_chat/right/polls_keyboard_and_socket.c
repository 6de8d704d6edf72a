// style: one loop with poll() over keyboard and socket; read() and write() without stdio; messages wait in a list

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct message {
    struct message *next;
    struct sockaddr_in sender;
    size_t length;
    char text[];
};

enum state { MENU, TEXT, IP, PORT, WAITING };

struct chat {
    int fd;
    enum state state;
    char *text;
    struct in_addr ip;
    struct message *first, **last;
    char *typed;
    size_t typed_length;
};

static void say(const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, data, length);
        if (written < 0 && errno != EINTR)
            return;
        if (written > 0) {
            data += written;
            length -= (size_t)written;
        }
    }
}

__attribute__((format(printf, 1, 2))) static void sayf(const char *format, ...)
{
    char line[256];
    va_list values;
    va_start(values, format);
    int length = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    if (length > 0)
        say(line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1);
}

/* 0 if the word is no port. */
static unsigned to_port(const char *word)
{
    unsigned port = 0;
    if (*word == '\0' || strlen(word) > 5)
        return 0;
    for (; *word != '\0'; word++) {
        if (*word < '0' || *word > '9')
            return 0;
        port = port * 10 + (unsigned)(*word - '0');
    }
    return port <= 65535 ? port : 0;
}

static void out_of_memory(void)
{
    fprintf(stderr, "udp_chat: out of memory\n");
    exit(1);
}

static void ask(struct chat *chat, enum state state)
{
    static const char *const questions[] = {"1 = send, 2 = receive: ", "text: ", "ip: ", "port: ", ""};
    chat->state = state;
    sayf("%s", questions[state]);
}

static void take_line(struct chat *chat, const char *line)
{
    unsigned port;
    struct sockaddr_in to = {.sin_family = AF_INET};

    switch (chat->state) {
    case MENU:
        if (strcmp(line, "1") == 0) {
            ask(chat, TEXT);
        } else if (strcmp(line, "2") == 0) {
            ask(chat, WAITING);
        } else {
            sayf("The choice can be 1 or 2.\n");
            ask(chat, MENU);
        }
        break;
    case TEXT:
        free(chat->text);
        chat->text = strdup(line);
        if (chat->text == NULL)
            out_of_memory();
        ask(chat, IP);
        break;
    case IP:
        if (inet_pton(AF_INET, line, &chat->ip) == 1) {
            ask(chat, PORT);
        } else {
            sayf("The ip must have the form 192.168.1.103.\n");
            ask(chat, MENU);
        }
        break;
    case PORT:
        port = to_port(line);
        to.sin_port = htons((uint16_t)port);
        to.sin_addr = chat->ip;
        if (port == 0)
            sayf("The port must be a number from 1 to 65535.\n");
        else if (sendto(chat->fd, chat->text, strlen(chat->text), 0, (struct sockaddr *)&to, sizeof to) < 0)
            sayf("sendto: %s\n", strerror(errno));
        ask(chat, MENU);
        break;
    case WAITING:
        break; /* not reached: lines wait in the buffer while we are in this state */
    }
}

/* Goes as far as what was typed and what has arrived allows. */
static void go_on(struct chat *chat)
{
    for (;;) {
        if (chat->state == WAITING) {
            struct message *message = chat->first;
            if (message == NULL)
                return;
            chat->first = message->next;
            if (chat->first == NULL)
                chat->last = &chat->first;
            char ip[INET_ADDRSTRLEN];
            inet_ntop(AF_INET, &message->sender.sin_addr, ip, sizeof ip);
            sayf("%s %u\n", ip, ntohs(message->sender.sin_port));
            say(message->text, message->length);
            say("\n", 1);
            free(message);
            ask(chat, MENU);
            continue;
        }
        char *end = chat->typed_length ? memchr(chat->typed, '\n', chat->typed_length) : NULL;
        if (end == NULL)
            return;
        *end = '\0';
        take_line(chat, chat->typed);
        size_t used = (size_t)(end - chat->typed) + 1;
        chat->typed_length -= used;
        memmove(chat->typed, chat->typed + used, chat->typed_length);
    }
}

/* 0 at the end of the input. */
static int read_keyboard(struct chat *chat)
{
    char piece[512];
    ssize_t length = read(STDIN_FILENO, piece, sizeof piece);
    if (length < 0)
        return errno == EINTR;
    if (length == 0)
        return 0;
    char *more = realloc(chat->typed, chat->typed_length + (size_t)length);
    if (more == NULL)
        out_of_memory();
    memcpy(more + chat->typed_length, piece, (size_t)length);
    chat->typed = more;
    chat->typed_length += (size_t)length;
    return 1;
}

static void read_socket(struct chat *chat)
{
    static char data[65536];
    struct sockaddr_in sender;
    socklen_t size = sizeof sender;
    ssize_t length = recvfrom(chat->fd, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&sender, &size);
    if (length < 0)
        return;
    struct message *message = malloc(sizeof *message + (size_t)length);
    if (message == NULL)
        out_of_memory();
    *message = (struct message){.sender = sender, .length = (size_t)length};
    memcpy(message->text, data, (size_t)length);
    *chat->last = message;
    chat->last = &message->next;
}

int main(int argc, char **argv)
{
    unsigned port = argc == 2 ? to_port(argv[1]) : 0;
    if (port == 0) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 2;
    }
    struct chat chat = {.fd = socket(AF_INET, SOCK_DGRAM, 0), .last = &chat.first};
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    if (chat.fd < 0 || bind(chat.fd, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("udp_chat");
        return 1;
    }
    ask(&chat, MENU);
    for (;;) {
        struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = chat.fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR) {
            perror("poll");
            return 1;
        }
        if (fds[1].revents != 0)
            read_socket(&chat);
        if (fds[0].revents != 0 && !read_keyboard(&chat))
            break;
        go_on(&chat);
    }
    free(chat.text);
    free(chat.typed);
    close(chat.fd);
    return 0;
}
