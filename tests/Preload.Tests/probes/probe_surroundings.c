/* The surroundings of a program: signals, environment, limits, and system calls that the kernel refuses. */
#include "probe.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* The kernel's own structures: <linux/...> is not there for every libc. */
struct filter { unsigned short code; unsigned char jt, jf; unsigned int k; };
struct program { unsigned short length; struct filter *filters; };

static int call_of(const char *name)
{
    return strcmp(name, "pwritev2") == 0 ? SYS_pwritev2
        : strcmp(name, "vmsplice") == 0 ? SYS_vmsplice
        : SYS_epoll_ctl;
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
        {JUMP_IF_EQUAL, 0, 1, (unsigned int)call_of(call)},
        {RETURN, 0, 0, answer},
        {RETURN, 0, 0, ALLOW},
    };
    struct program program = {is_option ? 6 : 4, is_option ? option : whole};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, 2, &program) != 0)
        die("seccomp");
}

static int signal_of(const char *name)
{
    return strcmp(name, "sigpipe") == 0 ? SIGPIPE : SIGXFSZ;
}

void hold_signal(const char *name)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal_of(name));
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(signal_of(name));
}

void signal_pending(const char *name)
{
    sigset_t set;
    sigpending(&set);
    printf("%s-pending=%d\n", name, sigismember(&set, signal_of(name)));
}

static void on_alarm(int number)
{
    (void)number;
}

void interrupt_often(void)
{
    const struct itimerval often = {{0, 1000}, {0, 1000}};
    const struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

void limit_files(const char *bytes)
{
    const struct rlimit limit = {(rlim_t)atoi(bytes), (rlim_t)atoi(bytes)};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        die("setrlimit");
}

void elapsed(void)
{
    static struct timespec before;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (before.tv_sec != 0)
        printf("elapsed=%ld\n", (now.tv_sec - before.tv_sec) * 1000 + (now.tv_nsec - before.tv_nsec) / 1000000);
    before = now;
}

void go_on_in_children(int count)
{
    int status;
    int failed = 0;
    for (int i = 0; i < count; i++)
        if (fork() == 0)
            return;
    while (wait(&status) > 0)
        failed |= status;
    _exit(failed != 0);
}

void go_on_executed(char **rest)
{
    char **arguments = rest - 1; /* of the command before, which has been done */
    arguments[0] = "probe";
    execv("/proc/self/exe", arguments);
    die("exec");
}

void scribble(void)
{
    for (char **entry = environ; *entry != NULL; entry++)
        memset(*entry, 'x', strlen(*entry));
    environ[0] = NULL;
}
