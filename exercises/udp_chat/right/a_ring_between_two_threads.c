// style: a thread receives with recvmsg and puts messages into a ring with a mutex and a condition; Chinese output

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define PLACES 64

static struct {
    struct sockaddr_in from;
    size_t length;
    char text[1024];
} ring[PLACES];
static unsigned put, taken; /* how many have been put into the ring and taken out, ever */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void *receiver(void *argument)
{
    int fd = *(int *)argument;
    for (;;) {
        pthread_mutex_lock(&lock);
        while (put - taken == PLACES) /* full: what comes now waits in the system */
            pthread_cond_wait(&changed, &lock);
        unsigned place = put % PLACES;
        pthread_mutex_unlock(&lock);

        /* Nobody else touches this place before `put` is increased. */
        struct iovec part = {.iov_base = ring[place].text, .iov_len = sizeof ring[place].text};
        struct msghdr header = {
            .msg_name = &ring[place].from, .msg_namelen = sizeof ring[place].from, .msg_iov = &part, .msg_iovlen = 1};
        ssize_t length = recvmsg(fd, &header, 0);
        if (length < 0)
            continue;

        pthread_mutex_lock(&lock);
        ring[place].length = (size_t)length;
        put++;
        pthread_cond_broadcast(&changed);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void show_next(void)
{
    pthread_mutex_lock(&lock);
    while (put == taken)
        pthread_cond_wait(&changed, &lock);
    unsigned place = taken % PLACES;
    char ip[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &ring[place].from.sin_addr, ip, sizeof ip);
    printf(">>>('%s', %d):%.*s\n", ip, ntohs(ring[place].from.sin_port), (int)ring[place].length, ring[place].text);
    taken++;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

/* The answer without its newline, or NULL at the end of the input. The caller frees it. */
static char *input(const char *question)
{
    printf("\n%s", question);
    fflush(stdout);
    char *answer = NULL;
    size_t room = 0;
    if (getline(&answer, &room, stdin) == -1) {
        free(answer);
        return NULL;
    }
    answer[strcspn(answer, "\r\n")] = '\0';
    return answer;
}

static bool read_port(const char *word, in_port_t *port)
{
    int number, used = 0;
    if (strlen(word) > 5 || sscanf(word, "%d%n", &number, &used) != 1 || word[used] != '\0')
        return false;
    *port = htons((uint16_t)number);
    return number >= 1 && number <= 65535;
}

static bool send_text(int fd)
{
    char *text = input("请输入要发送的数据:");
    if (text == NULL)
        return false;
    char *ip = input("请输入对方的ip地址:");
    if (ip == NULL) {
        free(text);
        return false;
    }
    struct sockaddr_in to = {.sin_family = AF_INET};
    bool more = true;
    if (inet_pton(AF_INET, ip, &to.sin_addr) == 0) {
        printf("ip地址不对: %s\n", ip);
    } else {
        char *port = input("请输入对方的port:");
        more = port != NULL;
        if (more && !read_port(port, &to.sin_port))
            printf("port不对: %s\n", port);
        else if (more && sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) < 0)
            printf("发送失败: %s\n", strerror(errno));
        free(port);
    }
    free(text);
    free(ip);
    return more;
}

int main(int argc, char **argv)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_ANY};
    if (argc != 2 || !read_port(argv[1], &here.sin_port)) {
        fprintf(stderr, "用法: udp_chat <port>\n");
        return 1;
    }
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd == -1 || bind(fd, (struct sockaddr *)&here, sizeof here) == -1) {
        fprintf(stderr, "绑定失败: %s\n", strerror(errno));
        return 1;
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, receiver, &fd) != 0) {
        fprintf(stderr, "没有线程\n");
        return 1;
    }

    bool more = true;
    while (more) {
        printf("==============================\n1:发送消息\n2:接收消息\n==============================");
        char *choice = input("请输入要操作的功能序号:");
        if (choice == NULL)
            break;
        if (strcmp(choice, "1") == 0)
            more = send_text(fd);
        else if (strcmp(choice, "2") == 0)
            show_next();
        else
            printf("输入有误，请重新输入...\n");
        free(choice);
    }
    /* exit() ends the other thread with us. */
    return 0;
}
