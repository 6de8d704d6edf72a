/* Sends fewer datagrams than a flood, but faster than anybody can look at them, and comes to rest. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    enum { MANY = 500 };
    static char data[20000];
    static struct mmsghdr batch[MANY];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(5000)};
    struct iovec part = {data, sizeof data};
    to.sin_addr.s_addr = inet_addr("127.0.0.1");
    int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0);
    bind(receiver, (struct sockaddr *)&to, sizeof to);
    for (int i = 0; i < MANY; i++)
        batch[i].msg_hdr = (struct msghdr){.msg_name = &to, .msg_namelen = sizeof to, .msg_iov = &part, .msg_iovlen = 1};
    sendmmsg(sender, batch, MANY, 0);
    for (;;)
        pause();
}
