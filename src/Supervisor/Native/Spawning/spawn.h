/* Starts one process. The layouts of these structures must match Linux/Interop/Native.cs. */
#ifndef REUSEPORTD_SPAWN_H
#define REUSEPORTD_SPAWN_H

#include <stdint.h>

#define REUSEPORTD_EXPORT __attribute__((visibility("default")))

/* The failed step; 0 means success. The numbers must match Linux/Interop/SpawnStep.cs. */
enum reuseportd_step {
    STEP_NONE = 0,
    STEP_PIPE,
    STEP_CLONE,
    STEP_CGROUP,
    STEP_SECCOMP,
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

/* Must match Linux/Spawning/SpawnSteps.cs. */
enum reuseportd_capability_step {
    CAPABILITIES_CLEAR_AMBIENT = 0,
    CAPABILITIES_KEEP,
    CAPABILITIES_GET,
    CAPABILITIES_SET,
};

enum reuseportd_flag {
    FLAG_IDENTITY = 1,        /* set uid, gid and groups */
    FLAG_NICE = 2,
    FLAG_OOM_SCORE_ADJ = 4,
    FLAG_DIE_WITH_PARENT = 8, /* SIGKILL when the spawning thread ends */
    FLAG_NO_NEW_PRIVILEGES = 16,
    FLAG_AMBIENT = 32,        /* set exactly `ambient`; an ordinary user gets no other capability */
    FLAG_SCHEDULING = 64,
    FLAG_IO_PRIORITY = 128,
    FLAG_NOTIFY_BINDS = 256,  /* bind(2) and listen(2) wait for an answer on `listener` */
};

/* Bytes of `stderr_file`: two numbers of 64 bits, a colon, and a final NUL. */
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

/* Everything that the child needs, prepared before it exists: the child may neither allocate nor lock. */
struct reuseportd_request {
    const char *const *candidates; /* paths to exec, tried in order; NULL-ended */
    char *const *argv;
    char *const *envp;
    const char *directory;         /* or NULL */
    const uint32_t *groups;
    const struct reuseportd_limit *limits;
    const uint8_t *cpus;           /* mask of sched_setaffinity(2), or NULL */
    char *stderr_file;             /* in `envp`, after NAME=: place for the name of the file at descriptor 2; or NULL */
    int32_t output[2];             /* of enum reuseportd_output_kind */
    uint32_t group_count;
    uint32_t limit_count;
    uint32_t cpus_size;            /* in bytes */
    uint32_t flags;
    uint32_t uid;
    uint32_t gid;
    int32_t umask;                 /* -1: unchanged */
    int32_t nice;
    int32_t oom_score_adj;
    int32_t cgroup;                /* descriptor of a cgroup v2 directory, or -1 */
    uint64_t ambient;              /* a bit for each capability */
    int32_t scheduling_policy;     /* of linux/sched.h */
    int32_t scheduling_priority;
    int32_t io_priority;           /* argument of ioprio_set(2) */
    int32_t reserved;
};

/*
 * Another thread may read it during the start: `reached` tells the step. `pid` and `pidfd` are set before the
 * child runs (`pidfd` only with clone3(2)).
 */
struct reuseportd_result {
    int32_t pid;
    int32_t pidfd;     /* the caller closes it; after a failure, the caller reaps its process */
    int32_t output[2]; /* read ends, non-blocking; -1 without a pipe */
    int32_t step;      /* of enum reuseportd_step */
    int32_t index;     /* which limit, CPU, capability or candidate */
    int32_t error;     /* errno */
    int32_t reached;   /* of enum reuseportd_step: the last step that began */
    int32_t listener;  /* descriptor for notifications of seccomp(2), which the caller closes; -1 without FLAG_NOTIFY_BINDS */
    int32_t reserved;
};

struct reuseportd_spawner;

/* Blocks or unblocks the signals for the daemon in the calling thread: SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR2. */
REUSEPORTD_EXPORT void reuseportd_hold_signals(int32_t hold);

/*
 * From now on the signals for the daemon are written to a pipe, a byte with the number for each, and have no other effect.
 * Returns the end to read, which is close-on-exec and does not block; -1 without descriptors. The pipe of an earlier call gets
 * no more, and stays open.
 */
REUSEPORTD_EXPORT int32_t reuseportd_collect_signals(void);

struct reuseportd_guard;

/* `guard` is told of every process's session; may be NULL. Returns 0, or the errno. */
REUSEPORTD_EXPORT int reuseportd_spawner_open(struct reuseportd_guard *guard, struct reuseportd_spawner **opened);
REUSEPORTD_EXPORT void reuseportd_spawner_close(struct reuseportd_spawner *spawner);

/*
 * Returns when the new process has passed its exec or has ended before. A process of the worker's user can
 * stop the child between the change of user and the exec, and so block the calling thread: another thread can
 * kill it by `result->pidfd`. One thread at a time may use a spawner. Fills `result`; returns 0, or its
 * errno.
 */
REUSEPORTD_EXPORT int reuseportd_spawn(struct reuseportd_spawner *spawner,
                                       const struct reuseportd_request *request,
                                       struct reuseportd_result *result);

/* The user and groups that a file is opened as. */
struct reuseportd_identity {
    const uint32_t *groups;
    uint32_t group_count;
    uint32_t uid;
    uint32_t gid;
    uint32_t reserved;
};

/*
 * Opens a file for a worker's output, for append; creates it with mode 0640. Uses the identity, or the
 * daemon's if it is NULL. For any thread. Returns the descriptor, or a negative errno.
 */
REUSEPORTD_EXPORT int reuseportd_open_output(const char *path, const struct reuseportd_identity *identity);

/* A non-blocking signalfd(2) of SIGCHLD; or -1 with errno. */
REUSEPORTD_EXPORT int reuseportd_child_signal(void);

#endif
