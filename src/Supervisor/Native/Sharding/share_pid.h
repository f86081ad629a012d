/* The number of the current process as the daemon sees it: in the daemon's pid namespace. */
#ifndef REUSEPORTD_SHARE_PID_H
#define REUSEPORTD_SHARE_PID_H

#include "share_layout.h"

#define DEEPEST_NAMESPACE 32 /* MAX_PID_NS_LEVEL */

CONSTANT(layout_tgid);
CONSTANT(layout_leader);
CONSTANT(layout_pid);
CONSTANT(layout_level);
CONSTANT(layout_numbers);
CONSTANT(layout_number_size);
CONSTANT(layout_namespace);
CONSTANT(layout_inode_of_namespace);
CONSTANT(pid_namespace); /* 0 for the first one */

static always_inline __u64 read_address(__u64 at)
{
    __u64 value = 0;
    bpf_probe_read_kernel(&value, sizeof value, (const void *)at);
    return value;
}

static always_inline __u32 read_number(__u64 at)
{
    __u32 value = 0;
    bpf_probe_read_kernel(&value, sizeof value, (const void *)at);
    return value;
}

/* A process has a number in its own namespace and in each one above. 0 if the daemon's namespace is none of these. */
static always_inline __u32 pid_in_namespace(void)
{
    __u64 pid = read_address(read_address(bpf_get_current_task() + VALUE(layout_leader)) + VALUE(layout_pid));
    __u32 level = read_number(pid + VALUE(layout_level));
    for (__u32 i = 0; i <= DEEPEST_NAMESPACE; i++) {
        if (i > level || level > DEEPEST_NAMESPACE)
            return 0;
        __u64 number = pid + VALUE(layout_numbers) + (level - i) * VALUE(layout_number_size);
        __u64 namespace = read_address(number + VALUE(layout_namespace));
        if (read_number(namespace + VALUE(layout_inode_of_namespace)) == (__u32)VALUE(pid_namespace))
            return read_number(number);
    }
    return 0;
}

/* 0 if unknown. */
static always_inline __u32 pid_of_task(void)
{
    if (VALUE(pid_namespace) != 0)
        return VALUE(layout_numbers) != 0 ? pid_in_namespace() : 0;
    return VALUE(layout_tgid) != 0 ? read_number(bpf_get_current_task() + VALUE(layout_tgid)) : 0;
}

/* For hooks that may call bpf_get_current_pid_tgid. */
static always_inline __u32 current_pid(void)
{
    return VALUE(pid_namespace) != 0 ? pid_of_task() : bpf_get_current_pid_tgid() >> 32;
}

#endif
