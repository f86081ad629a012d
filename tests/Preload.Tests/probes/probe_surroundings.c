/* What a program is surrounded by: its stderr, its signals, its environment, what the kernel lets it do. */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096 };

extern char **environ;

static int stderr_reader = -1;

/* The kernel's own structures: <linux/...> is not there for every libc. */
struct filter { unsigned short code; unsigned char jt, jf; unsigned int k; };
struct program { unsigned short length; struct filter *filters; };

void new_stderr(const char *kind)
{
    int ends[2];
    int writer = -1;
    if (strcmp(kind, "closed") == 0) {
        close(2);
        return;
    }
    if (strcmp(kind, "socket") == 0) {
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
            die("socketpair");
        stderr_reader = ends[0];
        writer = ends[1];
    } else if (strcmp(kind, "file") == 0 || strcmp(kind, "appended") == 0) {
        char path[] = "/tmp/reuseport-probe-XXXXXX";
        writer = mkstemp(path);
        unlink(path);
        if (strcmp(kind, "appended") == 0)
            fcntl(writer, F_SETFL, O_APPEND);
        stderr_reader = -2;
    } else {
        if (pipe(ends) != 0)
            die("pipe");
        stderr_reader = ends[0];
        writer = ends[1];
        if (strcmp(kind, "broken") == 0)
            close(ends[0]);
        if (strcmp(kind, "full") == 0) {
            static const char page[PAGE];
            fcntl(writer, F_SETFL, O_NONBLOCK);
            while (write(writer, page, sizeof page) > 0)
                continue;
        }
    }
    dup2(writer, 2);
    close(writer);
}

void stderr_bytes(void)
{
    int count = 0;
    if (stderr_reader == -2)
        count = (int)lseek(2, 0, SEEK_END);
    else
        ioctl(stderr_reader, FIONREAD, &count);
    printf("stderr-bytes=%d\n", count);
}

void refuse(const char *call, int error)
{
    enum { LOAD = 0x20, JUMP_IF_EQUAL = 0x15, RETURN = 0x06 };
    enum { NUMBER = 0, ARGUMENT_2 = 32, ALLOW = 0x7fff0000 };
    const int is_option = strcmp(call, "reuseport-option") == 0;
    const unsigned int answer = 0x00050000u | (unsigned int)error;
    struct filter option[] = {
        {LOAD, 0, 0, NUMBER},
        {JUMP_IF_EQUAL, 0, 3, SYS_setsockopt},
        {LOAD, 0, 0, ARGUMENT_2},
        {JUMP_IF_EQUAL, 0, 1, SO_REUSEPORT},
        {RETURN, 0, 0, answer},
        {RETURN, 0, 0, ALLOW},
    };
    struct filter whole[] = {
        {LOAD, 0, 0, NUMBER},
        {JUMP_IF_EQUAL, 0, 1, SYS_epoll_ctl},
        {RETURN, 0, 0, answer},
        {RETURN, 0, 0, ALLOW},
    };
    struct program program = {is_option ? 6 : 4, is_option ? option : whole};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, 2, &program) != 0)
        die("seccomp");
}

void hold_sigpipe(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGPIPE);
}

void sigpipe_pending(void)
{
    sigset_t set;
    sigpending(&set);
    printf("sigpipe-pending=%d\n", sigismember(&set, SIGPIPE));
}

void scribble(void)
{
    for (char **entry = environ; *entry != NULL; entry++)
        memset(*entry, 'x', strlen(*entry));
    environ[0] = NULL;
}
