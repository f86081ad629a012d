/*
 * refuses clone3|epoll_ctl FILE COMMAND...: executes COMMAND. While FILE exists, the kernel refuses one kind of call:
 *   clone3      of a process fails with ENOMEM; threads are still made;
 *   epoll_ctl   that adds a pidfd fails with ENOSPC.
 * The kernel asks a second process for each such call (SECCOMP_RET_USER_NOTIF of seccomp(2)). That process is no child
 * of COMMAND, has an empty environment, and ends with COMMAND. Exits with 75 if the kernel refuses such a filter.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NO_FILTER = 75 };

static int install_filter(long call)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* The flags are the first field of struct clone_args, in the memory of the caller. */
static int makes_process(pid_t caller, unsigned long long arguments)
{
    char path[64];
    unsigned long long flags = 0;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)caller);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = memory < 0 ? -1 : pread(memory, &flags, sizeof flags, (off_t)arguments);
    close(memory);
    return count == (ssize_t)sizeof flags && (flags & CLONE_THREAD) == 0;
}

static int adds_pidfd(pid_t caller, const unsigned long long *arguments)
{
    char path[64];
    char target[64] = "";
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)caller, (int)arguments[2]);
    return arguments[1] == EPOLL_CTL_ADD && readlink(path, target, sizeof target - 1) > 0 && strstr(target, "pidfd") != NULL;
}

static int error_for(const struct seccomp_notif *asked)
{
    const pid_t caller = (pid_t)asked->pid;
    if (asked->data.nr == SYS_epoll_ctl)
        return adds_pidfd(caller, (const unsigned long long *)asked->data.args) ? ENOSPC : 0;
    return makes_process(caller, asked->data.args[0]) ? ENOMEM : 0;
}

static void answer(int listener, const char *file)
{
    struct seccomp_notif asked;
    memset(&asked, 0, sizeof asked);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
        return;
    struct seccomp_notif_resp response = {.id = asked.id};
    if (access(file, F_OK) == 0)
        response.error = -error_for(&asked);
    if (response.error == 0)
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

static int serve(int listener, int command, const char *file)
{
    struct pollfd both[] = {{.fd = listener, .events = POLLIN}, {.fd = command, .events = POLLIN}};
    while (poll(both, 2, -1) >= 0 || errno == EINTR) {
        if (both[1].revents != 0)
            return 0;
        if (both[0].revents & POLLIN)
            answer(listener, file);
    }
    return 1;
}

/* Executes this program again, by which the process loses the environment. */
static void start_server(char *self, char *file, int listener)
{
    char numbers[2][16];
    int command = (int)syscall(SYS_pidfd_open, getpid(), 0);
    snprintf(numbers[0], sizeof numbers[0], "%d", listener);
    snprintf(numbers[1], sizeof numbers[1], "%d", command);
    const pid_t middle = fork();
    if (middle == 0) {
        if (fork() != 0)
            _exit(0);
        fcntl(listener, F_SETFD, 0);
        fcntl(command, F_SETFD, 0);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int stream = 0; stream < 3; stream++)
            dup2(null, stream);
        execve("/proc/self/exe", (char *[]){self, "--serve", numbers[0], numbers[1], file, NULL}, (char *[]){NULL});
        _exit(1);
    }
    waitpid(middle, NULL, 0);
    close(command);
}

int main(int count, char **words)
{
    if (count == 5 && strcmp(words[1], "--serve") == 0)
        return serve(atoi(words[2]), atoi(words[3]), words[4]);
    const char *call = count < 4 ? "" : words[1];
    if (strcmp(call, "clone3") != 0 && strcmp(call, "epoll_ctl") != 0) {
        fputs("usage: refuses clone3|epoll_ctl FILE COMMAND...\n", stderr);
        return 2;
    }
    const int listener = install_filter(strcmp(call, "clone3") == 0 ? SYS_clone3 : SYS_epoll_ctl);
    if (listener < 0) {
        perror("refuses: seccomp");
        return NO_FILTER;
    }
    start_server(words[0], words[2], listener);
    close(listener);
    execvp(words[3], words + 3);
    perror(words[3]);
    return 1;
}
