// style: four threads, and each accepts for itself at the same listener; shutdown in both directions before close

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static int listener;

static void *worker(void *number)
{
    int me = (int)(intptr_t)number;
    for (;;) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        int client = accept(listener, (struct sockaddr *)&peer, &size);
        if (client < 0) {
            perror("accept");
            exit(1);
        }
        char ip[NI_MAXHOST], port[NI_MAXSERV];
        int numeric = NI_NUMERICHOST | NI_NUMERICSERV;
        int trouble = getnameinfo((struct sockaddr *)&peer, size, ip, sizeof ip, port, sizeof port, numeric);
        if (trouble) {
            fprintf(stderr, "getnameinfo: %s\n", gai_strerror(trouble));
            exit(1);
        }
        printf("worker #%d takes %s/%s\n", me, ip, port);

        char buffer[1024];
        ssize_t length;
        while ((length = read(client, buffer, sizeof buffer)) > 0) {
            /* One call for the whole line, so that the lines of other workers do not get between. */
            char head[64];
            int width = snprintf(head, sizeof head, "worker #%d reads %zd bytes: ", me, length);
            struct iovec parts[] = {{head, (size_t)width}, {buffer, (size_t)length}, {"\n", 1}};
            if (writev(STDOUT_FILENO, parts, 3) < 0)
                exit(1);
        }
        if (length < 0)
            perror("read");
        printf("worker #%d is free again, %s/%s has finished\n", me, ip, port);
        shutdown(client, SHUT_RDWR); /* fails after a reset, which does no harm */
        close(client);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    char *end = "";
    long port = argc == 2 ? strtol(argv[1], &end, 10) : -1;
    if (port < 1 || port > 65535 || *end) {
        fprintf(stderr, "zero_length_recv: give me a port between 1 and 65535\n");
        return 64;
    }
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *address;
    int trouble = getaddrinfo(NULL, argv[1], &hints, &address);
    if (trouble) {
        fprintf(stderr, "zero_length_recv: %s\n", gai_strerror(trouble));
        return 1;
    }
    int yes = 1;
    listener = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
        bind(listener, address->ai_addr, address->ai_addrlen) || listen(listener, SOMAXCONN)) {
        perror("zero_length_recv");
        return 1;
    }
    freeaddrinfo(address);

    pthread_t threads[4];
    for (intptr_t i = 0; i < 4; i++)
        if ((errno = pthread_create(&threads[i], NULL, worker, (void *)(i + 1)))) {
            perror("pthread_create");
            return 1;
        }
    pthread_join(threads[0], NULL);
}
