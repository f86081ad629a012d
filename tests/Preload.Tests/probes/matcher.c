/*
 * Asks the library many questions in one process, by loading it anew for each: an environment and a bind, and
 * the answer is matched= of the line. Argument: the library. Each line of stdin: LIBREUSEPORT_ADDR,
 * LIBREUSEPORT_PORT, an address, a port, with tabs between; "-" for a variable that is unset. Prints 1 or 0,
 * followed by a '!' if the environment could not be read.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void put(const char *name, const char *value)
{
    if (strcmp(value, "-") == 0)
        unsetenv(name);
    else
        setenv(name, value, 1);
}

static void ask(int (*hook)(int, const void *, socklen_t), const char *text, int port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    const int is_v4 = inet_pton(AF_INET, text, &v4.sin_addr) == 1;
    inet_pton(AF_INET6, text, &v6.sin6_addr);

    const int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
    hook(fd, is_v4 ? (void *)&v4 : (void *)&v6, is_v4 ? sizeof v4 : sizeof v6);
    close(fd);
}

int main(int count, char **arguments)
{
    char question[65536];
    char answer[8192];
    char *part[4];
    int ends[2];
    if (count < 2 || pipe(ends) != 0)
        return 2;
    dup2(ends[1], 2);
    setenv("LIBREUSEPORT_DEBUG", "1", 1);

    while (fgets(question, sizeof question, stdin) != NULL) {
        char *rest = question;
        question[strcspn(question, "\n")] = '\0';
        for (int i = 0; i < 4; i++)
            part[i] = strsep(&rest, "\t");
        put("LIBREUSEPORT_ADDR", part[0]);
        put("LIBREUSEPORT_PORT", part[1]);

        void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
        if (library == NULL)
            return 3;
        ask((int (*)(int, const void *, socklen_t))dlsym(library, "bind"), part[2], atoi(part[3]));
        dlclose(library);

        const ssize_t got = read(ends[0], answer, sizeof answer - 1);
        answer[got > 0 ? got : 0] = '\0';
        const char *matched = strstr(answer, " matched=");
        const int unreadable = strstr(answer, "libreuseport:LIBREUSEPORT_") != NULL;
        printf("%c%s\n", matched == NULL ? '?' : matched[9], unreadable ? "!" : "");
    }
    return 0;
}
