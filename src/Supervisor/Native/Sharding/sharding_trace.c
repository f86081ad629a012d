#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bpf_call.h"
#include "bpf_objects.h"
#include "sharding_load.h"

/* Returns the descriptor of the attachment, or -1 with errno. */
static int attach(int program)
{
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.raw_tracepoint.prog_fd = (uint32_t)program;
    return reuseportd_bpf(BPF_RAW_TRACEPOINT_OPEN, &attributes);
}

static int trace(const char *section, uint32_t function, const struct sharding_names *names)
{
    const struct bpf_program program = {.object = reuseportd_sharding_object,
                                        .section = section,
                                        .type = BPF_PROG_TYPE_TRACING,
                                        .attach = BPF_TRACE_FEXIT,
                                        .name = "reuseportd",
                                        .function = function,
                                        .constants = names->constants,
                                        .constant_count = names->constant_count};
    int loaded = reuseportd_bpf_load(&program, names->maps, names->map_count);
    if (loaded < 0)
        return -1;
    int attached = attach(loaded);
    int error = errno;
    close(loaded); /* the attachment holds it */
    errno = error;
    return attached;
}

int reuseportd_sharding_trace(const struct share_layout *layout, const struct sharding_names *names,
                              int32_t failures[SHARDING_FAILURES])
{
    static const char *const sections[SHARDING_FAILURES] = {"fexit/inet_bind", "fexit/inet6_bind"};
    const uint32_t functions[SHARDING_FAILURES] = {layout->bind4, layout->bind6};
    for (int i = 0; i < SHARDING_FAILURES; i++) {
        failures[i] = layout->sk != 0 && functions[i] != 0 ? trace(sections[i], functions[i], names) : -1;
        if (failures[i] >= 0)
            continue;
        int error = layout->sk != 0 && functions[i] != 0 ? errno : ENOENT;
        while (i-- > 0) {
            close(failures[i]);
            failures[i] = -1;
        }
        return error;
    }
    return 0;
}
