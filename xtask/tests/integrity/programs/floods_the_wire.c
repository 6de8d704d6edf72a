/* Sends datagrams to itself without end: the largest there are. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

__attribute__((constructor)) static void before_main(void)
{
    static char large[65507];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(5000)};
    to.sin_addr.s_addr = inet_addr("127.0.0.1");
    int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
    bind(receiver, (struct sockaddr *)&to, sizeof to);
    for (;;)
        sendto(sender, large, sizeof large, 0, (struct sockaddr *)&to, sizeof to);
}
