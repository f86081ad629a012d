/*
 * Starting one process. The layout of these structures is repeated in Linux/Native.cs: change both.
 */
#ifndef REUSEPORTD_SPAWN_H
#define REUSEPORTD_SPAWN_H

#include <stdint.h>

#define REUSEPORTD_EXPORT __attribute__((visibility("default")))

/* What failed. 0 is success; the numbers are repeated in Linux/SpawnStep.cs. */
enum reuseportd_step {
    STEP_NONE = 0,
    STEP_PIPE,
    STEP_CLONE,
    STEP_CGROUP,
    STEP_SETSID,
    STEP_STDIN,
    STEP_STDOUT,
    STEP_STDERR,
    STEP_CLOSE,
    STEP_OOM_SCORE_ADJ,
    STEP_AFFINITY,
    STEP_LIMIT,
    STEP_NICE,
    STEP_SCHEDULING,
    STEP_IO_PRIORITY,
    STEP_GROUPS,
    STEP_GID,
    STEP_UID,
    STEP_CAPABILITIES, /* index: of enum reuseportd_capability_step */
    STEP_AMBIENT,      /* index: number of the capability */
    STEP_NO_NEW_PRIVILEGES,
    STEP_PARENT,
    STEP_DIRECTORY,
    STEP_EXEC,
};

/* Repeated in Linux/SpawnStep.cs too. */
enum reuseportd_capability_step {
    CAPABILITIES_CLEAR_AMBIENT = 0,
    CAPABILITIES_KEEP,
    CAPABILITIES_GET,
    CAPABILITIES_SET,
};

enum reuseportd_flag {
    FLAG_IDENTITY = 1,        /* uid, gid and groups are to be set */
    FLAG_NICE = 2,
    FLAG_OOM_SCORE_ADJ = 4,
    FLAG_DIE_WITH_PARENT = 8, /* SIGKILL when the spawning thread ends */
    FLAG_NO_NEW_PRIVILEGES = 16,
    FLAG_AMBIENT = 32,        /* `ambient` is to be had, and by an ordinary user nothing else */
    FLAG_SCHEDULING = 64,
    FLAG_IO_PRIORITY = 128,
};

/* Bytes behind `stderr_file`: two numbers of 64 bits with a colon between, and the end. */
#define REUSEPORTD_FILE_NAME_SIZE 42

enum reuseportd_output_kind {
    OUTPUT_NULL = 0,
    OUTPUT_PIPE = 1,
    OUTPUT_INHERIT = 2,
};

struct reuseportd_limit {
    uint64_t soft;
    uint64_t hard;
    int32_t resource;
    int32_t reserved;
};

/* All that the child needs, made ready before it exists: it may neither allocate nor lock. */
struct reuseportd_request {
    const char *const *candidates; /* paths to exec, tried in order; NULL-ended */
    char *const *argv;
    char *const *envp;
    const char *directory;         /* or NULL */
    const uint32_t *groups;
    const struct reuseportd_limit *limits;
    const uint8_t *cpus;           /* mask of sched_setaffinity(2), or NULL */
    char *stderr_file;             /* in `envp`, behind NAME=: where the file at descriptor 2 is to be named; or NULL */
    int32_t output[2];             /* of enum reuseportd_output_kind */
    uint32_t group_count;
    uint32_t limit_count;
    uint32_t cpus_size;            /* in bytes */
    uint32_t flags;
    uint32_t uid;
    uint32_t gid;
    int32_t umask;                 /* -1: left as it is */
    int32_t nice;
    int32_t oom_score_adj;
    int32_t cgroup;                /* descriptor of a cgroup v2 directory, or -1 */
    uint64_t ambient;              /* a bit for each capability */
    int32_t scheduling_policy;     /* of linux/sched.h */
    int32_t scheduling_priority;
    int32_t io_priority;           /* as ioprio_set(2) takes it */
    int32_t reserved;
};

/*
 * Another thread may read it while the start is under way: `reached` tells the step, `pid` and `pidfd` are there before the
 * child runs (`pidfd` only where clone3(2) can be used).
 */
struct reuseportd_result {
    int32_t pid;
    int32_t pidfd;     /* the caller's to close; after a failure, of a process that the caller is to reap */
    int32_t output[2]; /* read ends, non-blocking; -1 without a pipe */
    int32_t step;      /* of enum reuseportd_step */
    int32_t index;     /* which limit, CPU, capability; which candidate was exec'd or failed */
    int32_t error;     /* errno */
    int32_t reached;   /* of enum reuseportd_step: what was begun last */
};

struct reuseportd_spawner;

struct reuseportd_guard;

/* `guard` is told of every process's session; may be NULL. 0, or the errno. */
REUSEPORTD_EXPORT int reuseportd_spawner_open(struct reuseportd_guard *guard, struct reuseportd_spawner **opened);
REUSEPORTD_EXPORT void reuseportd_spawner_close(struct reuseportd_spawner *spawner);

/*
 * Returns when the new process has passed its exec, or has ended before. A process of the worker's user can stop it between its
 * change of user and its exec, and so hold up the calling thread: another one ends it by `result->pidfd`. Not for two threads
 * at once on one spawner. Fills `result`; 0, or the errno that it holds as well.
 */
REUSEPORTD_EXPORT int reuseportd_spawn(struct reuseportd_spawner *spawner,
                                       const struct reuseportd_request *request,
                                       struct reuseportd_result *result);

/* Whom a file is opened as. */
struct reuseportd_identity {
    const uint32_t *groups;
    uint32_t group_count;
    uint32_t uid;
    uint32_t gid;
    uint32_t reserved;
};

/*
 * Opens a file for a worker's output, for appending, made with mode 0640 where there is none: as the identity, or as the daemon
 * where that is NULL. For any thread. The descriptor, or a negative errno.
 */
REUSEPORTD_EXPORT int reuseportd_open_output(const char *path, const struct reuseportd_identity *identity);

/* A signalfd(2) of SIGCHLD, non-blocking; or -1 with errno. */
REUSEPORTD_EXPORT int reuseportd_child_signal(void);

#endif
