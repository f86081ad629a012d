/*
 * udp_serve PORT: a DNS server that answers every question with a TXT record: the number of its worker. It
 * has no signal handler. RFC 1035 4.1; a message without exactly one question is dropped.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER = 12, QUESTION_END = 5, DATAGRAM = 512, RECORD = 64 };

/* Size of the only entry of the question section; 0 if it has no end. */
static size_t question(const unsigned char *text, size_t size)
{
    size_t at = 0;
    while (at < size && text[at] != 0)
        at += 1U + text[at];
    return at + QUESTION_END <= size ? at + QUESTION_END : 0;
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    const char *worker = getenv("REUSEPORT_WORKER");
    worker = worker && strlen(worker) < 16 ? worker : "-";
    size_t length = strlen(worker);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(argv[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("udp_serve");
        return 1;
    }
    for (;;) {
        unsigned char packet[DATAGRAM + RECORD];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t count = recvfrom(fd, packet, DATAGRAM, 0, (struct sockaddr *)&from, &size);
        size_t asked = count > HEADER ? question(packet + HEADER, (size_t)count - HEADER) : 0;
        if (asked == 0 || packet[2] & 0x80)
            continue;
        const unsigned char counts[] = {0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0};
        memcpy(packet + 2, counts, sizeof counts);
        unsigned char *record = packet + HEADER + asked;
        const unsigned char fixed[] = {0xC0, HEADER, 0, 16, 0, 1, 0, 0, 0, 0, 0,
                                       (unsigned char)(length + 1), (unsigned char)length};
        memcpy(record, fixed, sizeof fixed);
        memcpy(record + sizeof fixed, worker, length);
        sendto(fd, packet, HEADER + asked + sizeof fixed + length, 0, (struct sockaddr *)&from, size);
    }
}
