/* udp_chat <port>: one socket, bound to the port, for sending and for receiving, and a menu that goes on
 * whatever is typed. */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Turns a word into a port from 1 to 65535. atoi() would not do: it takes "abc" for 0, and 99999 does not fit
 * into the 16 bits that htons() takes. */
static bool parse_port(const char *word, uint16_t *port)
{
    char *end;
    errno = 0;
    long number = strtol(word, &end, 10);
    if (end == word || *end != '\0' || errno != 0 || number < 1 || number > 65535)
        return false;
    *port = (uint16_t)number;
    return true;
}

/* Asks, and reads one line without its newline into new memory, which the caller frees. NULL at the end of the
 * input. getline() makes room for a line of any length. */
static char *ask(const char *question)
{
    printf("%s", question);
    fflush(stdout); /* the question has no newline at its end */
    char *line = NULL;
    size_t room = 0;
    ssize_t length = getline(&line, &room, stdin);
    if (length < 0) {
        free(line);
        return NULL;
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

/* Sends the text as one datagram, if ip and port are an address. Else says what is wrong, and sends nothing. */
static void send_message(int udp_socket, const char *text, const char *ip, const char *port)
{
    /* All zero at first: no byte of an older address is left in it. */
    struct sockaddr_in destination = {.sin_family = AF_INET};
    uint16_t number;
    if (inet_pton(AF_INET, ip, &destination.sin_addr) != 1) {
        printf("Not sent: `%s` is no IPv4 address.\n", ip);
        return;
    }
    if (!parse_port(port, &number)) {
        printf("Not sent: `%s` is no port.\n", port);
        return;
    }
    destination.sin_port = htons(number);

    /* strlen(text) bytes: without the NUL at the end, which is C's and not the text's. */
    if (sendto(udp_socket, text, strlen(text), 0, (struct sockaddr *)&destination, sizeof destination) < 0)
        printf("Not sent: %s.\n", strerror(errno));
    else
        printf("Sent.\n");
}

/* Choice 1: three questions. False when the input has ended. */
static bool choice_send(int udp_socket)
{
    char *text = ask("Text: ");
    char *ip = text ? ask("To the ip: ") : NULL;
    char *port = ip ? ask("At the port: ") : NULL;
    bool complete = port != NULL;
    if (complete)
        send_message(udp_socket, text, ip, port);
    free(text);
    free(ip);
    free(port);
    return complete;
}

/* Choice 2: takes the message that has waited longest. If there is none, recvfrom() waits for one. */
static void choice_receive(int udp_socket)
{
    char buffer[1024];
    struct sockaddr_in sender;
    socklen_t sender_size = sizeof sender;
    ssize_t length = recvfrom(udp_socket, buffer, sizeof buffer, 0, (struct sockaddr *)&sender, &sender_size);
    if (length < 0) {
        printf("Cannot receive: %s.\n", strerror(errno));
        return;
    }
    char ip[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &sender.sin_addr, ip, sizeof ip);
    printf("From %s, port %d: ", ip, ntohs(sender.sin_port));
    /* A datagram has no NUL at its end, and may have one inside: exactly `length` bytes are the message. */
    fwrite(buffer, 1, (size_t)length, stdout);
    printf("\n");
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: udp_chat <port>\n");
        return EXIT_FAILURE;
    }
    uint16_t port;
    if (!parse_port(argv[1], &port)) {
        fprintf(stderr, "udp_chat: `%s` is no port\n", argv[1]);
        return EXIT_FAILURE;
    }

    /* One socket for both directions: what it sends comes from the port at which it receives. */
    int udp_socket = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY)};
    if (udp_socket < 0 || bind(udp_socket, (struct sockaddr *)&here, sizeof here) < 0) {
        fprintf(stderr, "udp_chat: cannot have port %d: %s\n", port, strerror(errno));
        return EXIT_FAILURE;
    }

    for (bool more = true; more;) {
        printf("1: send a message\n2: receive a message\n");
        char *choice = ask("Your choice: ");
        if (choice == NULL)
            more = false;
        else if (strcmp(choice, "1") == 0)
            more = choice_send(udp_socket);
        else if (strcmp(choice, "2") == 0)
            choice_receive(udp_socket);
        else
            printf("There is no choice `%s`.\n", choice);
        free(choice);
    }

    printf("\n"); /* the last question has no newline yet */
    close(udp_socket);
    return EXIT_SUCCESS;
}
