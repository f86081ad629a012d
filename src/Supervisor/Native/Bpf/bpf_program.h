/*
 * A loader for the BPF objects that this build makes: named sections of instructions, and references to maps and constants by
 * name.
 * libbpf does much more, and needs libelf (LGPL) and zlib in the binary.
 */
#ifndef REUSEPORTD_BPF_PROGRAM_H
#define REUSEPORTD_BPF_PROGRAM_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_named_map {
    const char *name; /* the symbol in the object */
    int fd;
};

/* A symbol whose address in the object stands for a number that is known at load time. */
struct bpf_constant {
    const char *name;
    uint64_t value;
};

struct bpf_program {
    const void *object; /* the bytes that clang made, aligned for the structures of ELF */
    const char *section;
    enum bpf_prog_type type;
    enum bpf_attach_type attach; /* the expected one */
    const char *name;            /* in the kernel's lists */
    int32_t optional_helper;     /* 0, or a helper whose calls do nothing if the kernel lacks it */
    uint32_t function;           /* for BPF_PROG_TYPE_TRACING: its id in the kernel's BTF */
    const struct bpf_constant *constants;
    size_t constant_count;
};

/*
 * Returns the program's descriptor, close-on-exec, or -1 with errno: ENOEXEC for an unknown object, EPERM or EACCES
 * without privileges, EINVAL if the kernel lacks the type or a helper.
 */
int reuseportd_bpf_load(const struct bpf_program *program, const struct bpf_named_map *maps, size_t map_count);

#endif
