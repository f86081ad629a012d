/* The programs and maps of sharding.h, for its own files. */
#ifndef REUSEPORTD_SHARDING_LOAD_H
#define REUSEPORTD_SHARDING_LOAD_H

#include <linux/bpf.h>

#include "bpf_program.h"
#include "sharding.h"

struct sharding_hook {
    const char *section;
    enum bpf_prog_type type;
    enum bpf_attach_type attach;
};

extern const struct sharding_hook reuseportd_sharding_hooks[SHARDING_PROGRAMS] __attribute__((visibility("hidden")));

/* The maps and constants that the instructions of the programs refer to. */
struct sharding_names {
    const struct bpf_named_map *maps;
    size_t map_count;
    const struct bpf_constant *constants;
    size_t constant_count;
};

/*
 * Attaches the programs that see failed binds, until `failures` are closed. An errno if the kernel has no such functions or no
 * trampolines, or without CAP_PERFMON.
 */
int reuseportd_sharding_trace(const struct share_layout *layout, const struct sharding_names *names,
                              int32_t failures[SHARDING_FAILURES]);

#endif
