/*
 * Rounds over /proc until one finds nothing: a process may fork between being seen and being ended.
 *
 * A process is a worker's by the daemon's mark in its environment, or by its session. Programs that write their
 * state over their environment (nginx, redis) are known by the session alone, those that made a session of their own
 * by the mark alone. A session's number is nobody else's while a process is in it, so a number is dropped as soon as
 * a round saw no process that has it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "child.h"
#include "guard_hunt.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

enum {
    MOST_ROUNDS = 200,
    MOST_IN_A_ROUND = 256,
    PATIENCE_MS = 20, /* for the processes of one round together */
    PATH_SIZE = 32,
    NAME_SIZE = 255,
};

/* The head of struct linux_dirent64; see getdents64(2). */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type;
    char name[];
};

struct round {
    struct reuseportd_guard *guard;
    struct pollfd killed[MOST_IN_A_ROUND];
    int count;
};

static int open_file(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_RDONLY | O_CLOEXEC);
}

long reuseportd_guard_read(const char *path, char *buffer, size_t size)
{
    int file = open_file(path, 0);
    if (file < 0)
        return -1;
    long count = syscall(SYS_read, file, buffer, size - 1);
    syscall(SYS_close, file);
    if (count >= 0)
        buffer[count] = '\0';
    return count;
}

uint64_t reuseportd_guard_number(const char *at)
{
    uint64_t number = 0;
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (uint64_t)(*at - '0');
    return number;
}

const char *reuseportd_guard_field(const char *stat, int field)
{
    /* The name in parentheses is the process's own choice, so it is skipped by its last ')'. */
    const char *at = NULL;
    for (; *stat != '\0'; stat++)
        if (*stat == ')')
            at = stat + 1;
    for (int before = 2; at != NULL && before < field; before++) {
        while (*at != ' ' && *at != '\0')
            at++;
        if (*at == '\0')
            return NULL;
        at++;
    }
    return at;
}

/* "/proc/PID/NAME" */
static const char *path_of(pid_t pid, const char *name, char path[PATH_SIZE])
{
    char *at = path + PATH_SIZE - 1;
    size_t length = 0;
    while (name[length] != '\0')
        length++;
    *at = '\0';
    while (length > 0)
        *--at = name[--length];
    *--at = '/';
    for (; pid > 0; pid /= 10)
        *--at = (char)('0' + pid % 10);
    static const char front[] = "/proc/";
    for (int i = (int)sizeof front - 2; i >= 0; i--)
        *--at = front[i];
    return at;
}

static int is_marked(const struct reuseportd_guard *guard, pid_t pid)
{
    char path[PATH_SIZE];
    int file = open_file(path_of(pid, "environ", path), 0);
    if (file < 0)
        return 0;

    const uint32_t missed = MARK_SIZE;
    uint32_t matched = 0; /* letters of this entry that are the mark's; `missed`: it is another */
    int found = 0;
    char buffer[4096];
    long count;
    while (!found && (count = syscall(SYS_read, file, buffer, sizeof buffer)) > 0) {
        for (long i = 0; i < count && !found; i++) {
            if (buffer[i] == '\0') {
                found = matched == guard->mark_length;
                matched = 0;
            } else if (matched != missed) {
                matched = matched < guard->mark_length && buffer[i] == guard->mark[matched] ? matched + 1 : missed;
            }
        }
    }
    syscall(SYS_close, file);
    return found;
}

static int is_remembered(struct reuseportd_guard *guard, uint64_t session)
{
    if (session == 0 || session >= PID_LIMIT)
        return 0;
    uint64_t bit = 1ULL << (session % WORD_BITS);
    if (!(guard->sessions[session / WORD_BITS] & bit))
        return 0;
    guard->held[session / WORD_BITS] |= bit;
    return 1;
}

static int is_ours(struct reuseportd_guard *guard, pid_t pid)
{
    char path[PATH_SIZE];
    char stat[1024];
    if (reuseportd_guard_read(path_of(pid, "stat", path), stat, sizeof stat) <= 0)
        return 0;
    const char *state = reuseportd_guard_field(stat, 3);
    const char *session = reuseportd_guard_field(stat, 6);
    if (state == NULL || session == NULL)
        return 0;
    /* Asked of one that has ended too: until it is reaped it has its session's number. */
    int remembered = is_remembered(guard, reuseportd_guard_number(session));
    if (*state == 'Z' || *state == 'X' || *state == 'x')
        return 0;
    return remembered || is_marked(guard, pid);
}

/* The number may be another's since it was looked at: what the pidfd holds is looked at again. */
static void end_if_ours(struct round *round, pid_t pid)
{
    if (!is_ours(round->guard, pid))
        return;
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (pidfd < 0)
        return;
    if (is_ours(round->guard, pid) && syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0)
        round->killed[round->count++] = (struct pollfd){.fd = pidfd, .events = POLLIN};
    else
        syscall(SYS_close, pidfd);
}

static void kill_group(int directory, const char *name)
{
    static const char file[] = "/cgroup.kill";
    char path[NAME_SIZE + sizeof file];
    size_t length = strlen(name);
    if (length > NAME_SIZE || strchr(name, '@') == NULL)
        return;
    memcpy(path, name, length);
    memcpy(path + length, file, sizeof file);
    int fd = (int)syscall(SYS_openat, directory, path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    syscall(SYS_write, fd, "1", (size_t)1);
    syscall(SYS_close, fd);
}

void reuseportd_guard_kill_groups(int directory)
{
    _Alignas(struct entry) char buffer[4096];
    long length;
    while ((length = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
            at += entry->size;
            kill_group(directory, entry->name);
        }
}

/* Whether every process was looked at. */
static int look_at_all(struct round *round)
{
    int directory = open_file("/proc", O_DIRECTORY);
    if (directory < 0)
        return 0;
    const pid_t self = (pid_t)syscall(SYS_getpid);
    _Alignas(struct entry) char buffer[4096];
    long length;
    while (round->count < MOST_IN_A_ROUND && (length = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < length && round->count < MOST_IN_A_ROUND;) {
            const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
            at += entry->size;
            pid_t pid = (pid_t)reuseportd_guard_number(entry->name);
            if (pid > 1 && pid != self)
                end_if_ours(round, pid);
        }
    }
    syscall(SYS_close, directory);
    return round->count < MOST_IN_A_ROUND;
}

static void drop_free_numbers(struct reuseportd_guard *guard)
{
    for (int i = 0; i < SESSION_WORDS; i++) {
        if (guard->sessions[i] != guard->held[i])
            guard->sessions[i] = guard->held[i];
        if (guard->held[i] != 0)
            guard->held[i] = 0;
    }
}

static void await_ends(struct round *round)
{
    struct timespec left = {.tv_nsec = PATIENCE_MS * 1000000L};
    for (int i = 0; i < round->count; i++) {
        /* The kernel leaves in `left` what the wait did not use. */
        syscall(SYS_ppoll, &round->killed[i], 1, &left, NULL, (size_t)8);
        syscall(SYS_close, round->killed[i].fd);
    }
}

void reuseportd_guard_hunt(struct reuseportd_guard *guard)
{
    static struct round round;
    for (int number = 0; number < MOST_ROUNDS; number++) {
        round.guard = guard;
        round.count = 0;
        if (look_at_all(&round))
            drop_free_numbers(guard);
        if (round.count == 0)
            return;
        await_ends(&round);
    }
}
