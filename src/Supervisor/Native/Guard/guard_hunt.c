/*
 * Searches /proc in rounds until a round finds no process: a process may fork before it is killed.
 *
 * A process belongs to a worker if its environment has the daemon's mark, or by its session. Programs that
 * overwrite their environment (nginx, redis) are known only by the session, and programs with a session of
 * their own only by the mark. The kernel does not reuse a session's number while a process is in it. A number
 * is dropped after a round without such a process.
 *
 * While the daemon lives, Linux/Trees/ProcessTree.cs decides the same for each worker. The guard does not
 * distinguish workers. Change both files together.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "child.h"
#include "directory_entry.h"
#include "guard_hunt.h"
#include "guard_proc.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

enum {
    MOST_ROUNDS = 200,
    MOST_REMOVALS = 50,
    MOST_IN_A_ROUND = 256,
    PATIENCE_MS = 20, /* for the processes of one round together */
    NAME_SIZE = 255,
};

struct round {
    struct reuseportd_guard *guard;
    struct pollfd killed[MOST_IN_A_ROUND];
    int count;
};

static int is_marked(const struct reuseportd_guard *guard, pid_t pid)
{
    char path[GUARD_PATH_SIZE];
    int file = reuseportd_guard_open(reuseportd_guard_path(pid, "environ", path), 0);
    if (file < 0)
        return 0;

    const uint32_t missed = MARK_SIZE;
    uint32_t matched = 0; /* characters equal to the mark's; `missed`: another entry */
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
    char path[GUARD_PATH_SIZE];
    char stat[1024];
    if (reuseportd_guard_read(reuseportd_guard_path(pid, "stat", path), stat, sizeof stat) <= 0)
        return 0;
    const char *state = reuseportd_guard_field(stat, 3);
    const char *session = reuseportd_guard_field(stat, 6);
    if (state == NULL || session == NULL)
        return 0;
    /* Also for a process that has ended: until it is reaped, it has its session's number. */
    int remembered = is_remembered(guard, reuseportd_guard_number(session));
    if (*state == 'Z' || *state == 'X' || *state == 'x')
        return 0;
    return remembered || is_marked(guard, pid);
}

/* Another process may have the pid by now, so the process of the pidfd is checked again. */
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

/* Moves `text` past this sign and a number. Returns 0 without them. */
static int skip_number(const char **text, char sign)
{
    size_t digits = **text == sign ? strspn(*text + 1, "0123456789") : 0;
    if (digits > 0)
        *text += 1 + digits;
    return digits > 0;
}

/* As CgroupName.IsWorkers in Linux/Cgroups/CgroupName.cs: SERVICE@WORKER.GENERATION, with an optional +NUMBER. */
static int is_workers(const char *name)
{
    const char *rest = strrchr(name, '@');
    if (rest == NULL || !skip_number(&rest, '@') || !skip_number(&rest, '.'))
        return 0;
    skip_number(&rest, '+');
    return *rest == '\0';
}

/* Returns whether a group still has processes. */
static int remove_empty_groups(int directory)
{
    _Alignas(struct entry) char buffer[4096];
    long length;
    int busy = 0;
    syscall(SYS_lseek, directory, 0L, SEEK_SET);
    while ((length = syscall(SYS_getdents64, directory, buffer, sizeof buffer)) > 0)
        for (long at = 0; at < length;) {
            const struct entry *entry = (const struct entry *)(const void *)(buffer + at);
            at += entry->size;
            if (is_workers(entry->name) && syscall(SYS_unlinkat, directory, entry->name, AT_REMOVEDIR) < 0)
                busy |= errno == EBUSY;
        }
    return busy;
}

void reuseportd_guard_remove_groups(int directory)
{
    for (int round = 0; round < MOST_REMOVALS && remove_empty_groups(directory); round++) {
        struct timespec pause = {.tv_nsec = PATIENCE_MS * 1000000L};
        syscall(SYS_ppoll, NULL, 0, &pause, NULL, (size_t)8);
    }
}

/* Returns whether every process was checked. */
static int look_at_all(struct round *round)
{
    int directory = reuseportd_guard_open("/proc", O_DIRECTORY);
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
        /* The kernel writes the remaining time to `left`. */
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
