/* A library whose constructor binds from many threads at once, so that these race for the first read of the environment. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 16 };

static atomic_int waiting = THREADS;

static void *bind_one(void *result)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(8080)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    int shared = -1;
    socklen_t length = sizeof shared;

    inet_pton(AF_INET, getenv("EARLY_ADDRESS"), &at.sin_addr);
    atomic_fetch_sub(&waiting, 1);
    while (atomic_load(&waiting) > 0)
        continue;
    *(int *)result = bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 1) == 0 &&
                     getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &shared, &length) == 0 && shared == 1;
    return NULL;
}

__attribute__((constructor)) static void start(void)
{
    pthread_t threads[THREADS];
    int results[THREADS];
    int shared = 0;

    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, bind_one, &results[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        shared += results[i];
    }
    dprintf(1, "early-shared=%d of %d\n", shared, THREADS);
}
