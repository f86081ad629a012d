/* The kinds of descriptor 2, and the bytes that reached it. */
#include "probe.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum { PAGE = 4096, MOST_READ = 1 << 20 };

static int reader = -1;
static int is_file;
static int original = -1;

static void open_socket(int *ends)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        die("socketpair");
}

static void open_file(int *ends, int appended)
{
    char path[] = "/tmp/reuseport-probe-XXXXXX";
    ends[1] = mkstemp(path);
    ends[0] = open(path, O_RDONLY);
    unlink(path);
    if (appended)
        fcntl(ends[1], F_SETFL, O_APPEND);
}

static void open_terminal(int *ends)
{
    struct termios settings;
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
    if (ends[0] < 0 || grantpt(ends[0]) != 0 || unlockpt(ends[0]) != 0)
        die("pty");
    ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
    tcgetattr(ends[1], &settings);
    cfmakeraw(&settings);
    tcsetattr(ends[1], TCSANOW, &settings);
}

/* Other processes may share the file description, so the function restores blocking mode. */
static void fill(int writer)
{
    static const char page[PAGE];
    const int flags = fcntl(writer, F_GETFL);
    struct pollfd room = {.fd = writer, .events = POLLOUT};
    fcntl(writer, F_SETFL, flags | O_NONBLOCK);
    do {
        while (write(writer, page, sizeof page) > 0)
            continue;
        while (write(writer, page, 1) > 0)
            continue;
        /* The kernel moves the bytes of a terminal to its reader a little later. */
    } while (isatty(writer) && poll(&room, 1, 50) > 0);
    fcntl(writer, F_SETFL, flags);
}

/* A named pipe: the kernel refuses RWF_NOWAIT there. */
static void open_fifo(int *ends)
{
    char path[] = "/tmp/reuseport-probe-XXXXXX";
    if (mkdtemp(path) == NULL || rmdir(path) != 0 || mkfifo(path, 0600) != 0)
        die("mkfifo");
    ends[0] = open(path, O_RDONLY | O_NONBLOCK);
    ends[1] = open(path, O_WRONLY);
    unlink(path);
}

void new_stderr(const char *kind)
{
    int ends[2] = {-1, -1};
    if (original < 0)
        original = fcntl(2, F_DUPFD_CLOEXEC, 100);
    if (strcmp(kind, "closed") == 0) {
        close(2);
        return;
    }
    if (strcmp(kind, "original") == 0) {
        dup2(original, 2);
        return;
    }
    is_file = strcmp(kind, "file") == 0 || strcmp(kind, "appended") == 0;
    if (strncmp(kind, "socket", 6) == 0)
        open_socket(ends);
    else if (is_file)
        open_file(ends, kind[0] == 'a');
    else if (strncmp(kind, "tty", 3) == 0)
        open_terminal(ends);
    else if (strncmp(kind, "fifo", 4) == 0)
        open_fifo(ends);
    else if (pipe(ends) != 0)
        die("pipe");
    if (strcmp(kind, "broken") == 0)
        close(ends[0]);
    if (strstr(kind, "full") != NULL)
        fill(ends[1]);
    reader = ends[0];
    dup2(ends[1], 2);
    close(ends[1]);
}

void stderr_flood(void)
{
    fill(2);
}

void stderr_bytes(void)
{
    int count = 0;
    if (is_file)
        count = (int)lseek(2, 0, SEEK_END);
    else
        ioctl(reader, FIONREAD, &count);
    printf("stderr-bytes=%d\n", count);
}

void stderr_lines(void)
{
    static char bytes[MOST_READ];
    size_t count = 0;
    fcntl(reader, F_SETFL, fcntl(reader, F_GETFL) | O_NONBLOCK);
    for (;;) {
        const ssize_t got = read(reader, bytes + count, sizeof bytes - 1 - count);
        if (got <= 0)
            break;
        for (ssize_t i = 0; i < got; i++) /* without the filling bytes */
            if (bytes[count + (size_t)i] == '\0')
                bytes[count + (size_t)i] = ' ';
        count += (size_t)got;
    }
    bytes[count] = '\0';
    for (char *line = strtok(bytes, "\n"); line != NULL; line = strtok(NULL, "\n"))
        printf("%s\n", line + strspn(line, " "));
}

void stderr_is_ours(void)
{
    struct stat file;
    char value[64];
    if (fstat(2, &file) != 0)
        die("fstat");
    snprintf(value, sizeof value, "%llu:%llu", (unsigned long long)file.st_dev, (unsigned long long)file.st_ino);
    setenv("LIBREUSEPORT_STDERR", value, 1);
    setenv("LIBREUSEPORT_DEBUG", "1", 1);
}

void stderr_flags(void)
{
    printf("stderr-blocks=%d\n", (fcntl(2, F_GETFL) & O_NONBLOCK) == 0);
}
