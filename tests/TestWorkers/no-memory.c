/*
 * no-memory FILE COMMAND...: executes COMMAND, whose clone3(2) of a process fails with ENOMEM while FILE exists.
 * Threads are still made. The kernel asks a second process for each clone3 (SECCOMP_RET_USER_NOTIF of seccomp(2)).
 * That process is no child of COMMAND, has an empty environment, and ends with COMMAND. Exits with 75 if the kernel
 * refuses such a filter.
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
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 75 };

static int install_filter(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* The flags are the first field of struct clone_args, in the memory of the caller. */
static int makes_thread(pid_t caller, unsigned long long arguments)
{
    char path[64];
    unsigned long long flags = 0;
    snprintf(path, sizeof path, "/proc/%d/mem", (int)caller);
    int memory = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = memory < 0 ? -1 : pread(memory, &flags, sizeof flags, (off_t)arguments);
    close(memory);
    return count == (ssize_t)sizeof flags && (flags & CLONE_THREAD) != 0;
}

static void answer(int listener, const char *file)
{
    struct seccomp_notif asked;
    memset(&asked, 0, sizeof asked);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
        return;
    struct seccomp_notif_resp response = {.id = asked.id};
    if (access(file, F_OK) == 0 && !makes_thread((pid_t)asked.pid, asked.data.args[0]))
        response.error = -ENOMEM;
    else
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
    if (count < 3) {
        fputs("usage: no-memory FILE COMMAND...\n", stderr);
        return 2;
    }
    const int listener = install_filter();
    if (listener < 0) {
        perror("no-memory: seccomp");
        return REFUSED;
    }
    start_server(words[0], words[1], listener);
    close(listener);
    execvp(words[2], words + 2);
    perror(words[2]);
    return 1;
}
