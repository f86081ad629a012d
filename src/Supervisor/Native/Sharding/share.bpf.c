/*
 * Port sharding for the processes of a cgroup: sets the options of a socket at its bind(2), tells the result, and counts
 * connections. The programs are attached to the cgroup of each worker. They also see static programs, set-uid programs,
 * io_uring and system calls without libc (cgroup/bind4: Linux 4.17, bpf_setsockopt with SO_REUSEPORT: 5.13).
 *
 * The storage of the cgroup identifies the worker and its settings: a process cannot reach the storage of another cgroup.
 *
 * These programs are a separate work, not linked to the daemon; the kernel lets only GPL-compatible programs call the
 * helpers.
 */
#include "share_attempt.h"
#include "share_events.h"
#include "share_filter.h"
#include "share_kernel.h"
#include "share_layout.h"

/* Values of cgroup/bind4 and bind6. */
#define REFUSED 0
#define ALLOWED 1
#define ALLOWED_WITHOUT_CAPABILITY 3

#define TCP_CLOSED 7 /* TCP_CLOSE */

/* Returns the option's value afterwards. An option that cannot be set does not fail the bind. */
static always_inline __s8 option_set(struct bpf_sock_addr *bind, int name, int wanted, __s32 *found)
{
    int current = SHARE_LEAVE;
    if (wanted == SHARE_LEAVE)
        return SHARE_LEAVE;
    bpf_getsockopt(bind, SOL_SOCKET, name, &current, sizeof current);
    if (current == wanted)
        return wanted;
    if (bpf_setsockopt(bind, SOL_SOCKET, name, &wanted, sizeof wanted) != 0)
        return SHARE_LEAVE;
    *found = current;
    return wanted;
}

static always_inline void option_restore(struct bpf_sock_addr *bind, int name, __s32 *found)
{
    int former = *found;
    if (former != SHARE_LEAVE)
        bpf_setsockopt(bind, SOL_SOCKET, name, &former, sizeof former);
    *found = SHARE_LEAVE;
}

static always_inline int refuse(int error)
{
    bpf_set_retval(error);
    return REFUSED;
}

/*
 * Returns 0, or the negative errno that the bind fails with, as with the library.
 *
 * A socket that has an interface already can change it only with CAP_NET_RAW, and no helper reads its name. So the index
 * is compared with the index of the device when it was last set.
 */
static always_inline int confine(struct bpf_sock_addr *bind, struct bpf_sock *sk, struct share_worker *worker,
                                 struct share_settings *settings)
{
    __u64 network = bpf_get_netns_cookie(bind);
    if (settings->device[0] == 0)
        return -ENODEV;
    if (sk->bound_dev_if != 0 && sk->bound_dev_if == worker->device_index && worker->network == network)
        return 0;
    int error = (int)bpf_setsockopt(bind, SOL_SOCKET, SO_BINDTODEVICE, settings->device, SHARE_DEVICE_BYTES);
    if (error != 0)
        return error;
    worker->network = network;
    worker->device_index = sk->bound_dev_if;
    return 0;
}

/* A failed bind restores nothing. So the socket gets its former options when the program tries a port that is not listed. */
static always_inline void restore(struct bpf_sock_addr *bind, struct share_attempt *attempt)
{
    char no_device[4] = {0};
    option_restore(bind, SO_REUSEPORT, &attempt->found_port);
    option_restore(bind, SO_REUSEADDR, &attempt->found_address);
    if (attempt->found_no_device)
        bpf_setsockopt(bind, SOL_SOCKET, SO_BINDTODEVICE, no_device, sizeof no_device);
    attempt->found_no_device = 0;
}

static always_inline int share(struct bpf_sock_addr *bind, struct bpf_sock *sk, struct share_worker *worker,
                               struct share_settings *settings, struct share_attempt *attempt)
{
    if (settings->confined) {
        int had_device = sk->bound_dev_if != 0;
        int error = confine(bind, sk, worker, settings);
        if (error != 0)
            return refuse(error);
        if (!had_device)
            attempt->found_no_device = 1;
        attempt->event.confined = 1;
    }
    attempt->event.reuse_port = option_set(bind, SO_REUSEPORT, settings->reuse_port, &attempt->found_port);
    attempt->event.reuse_address = option_set(bind, SO_REUSEADDR, settings->reuse_address, &attempt->found_address);
    return settings->privileged ? ALLOWED_WITHOUT_CAPABILITY : ALLOWED;
}

static always_inline void describe(struct share_event *event, struct bpf_sock_addr *bind, const struct endpoint *at)
{
    event->network = bpf_get_netns_cookie(bind);
    event->address[0] = at->words[0];
    event->address[1] = at->words[1];
    event->address[2] = at->words[2];
    event->address[3] = at->words[3];
    event->port = (__u16)at->port;
    event->family = (__u8)at->family;
    event->type = (__u8)bind->type;
    event->protocol = (__u16)bind->protocol;
    event->pid = current_pid();
    event->kind = SHARE_BIND;
    event->reuse_port = SHARE_LEAVE;
    event->reuse_address = SHARE_LEAVE;
    event->confined = 0;
}

static always_inline int before_bind(struct bpf_sock_addr *bind, const struct endpoint *at)
{
    struct share_worker *worker = bpf_get_local_storage(&workers, 0);
    __u32 key = worker->settings;
    struct share_settings *settings = bpf_map_lookup_elem(&settings_map, &key);
    struct bpf_sock *sk = bind->sk;
    if (!settings || !sk)
        return ALLOWED;
    __u64 now = bpf_ktime_get_coarse_ns();
    __u64 cookie = bpf_get_socket_cookie(bind);
    int matched = bind->user_family == at->family && is_listed(settings, at);
    struct place place = begin(sk, cookie, now);
    struct share_attempt *attempt = place.attempt;
    if (!attempt) {
        /* No memory. The bind is as without the daemon, but never without its device. */
        lose(worker, 1);
        return matched && settings->confined ? refuse(-ENOMEM) : ALLOWED;
    }

    int answer = ALLOWED;
    tell_failure(attempt, inode_of_socket(sk));
    describe(&attempt->event, bind, at);
    attempt->event.worker = worker->worker;
    attempt->event.cookie = cookie;
    attempt->event.matched = (__u8)matched;
    attempt->permitted = is_permitted(worker, now);
    if (!attempt->permitted)
        lose(worker, 1);
    /* The kernel refuses a socket that has a port. Its options stay as they are. */
    if (sk->src_port == 0 && matched)
        answer = share(bind, sk, worker, settings, attempt);
    else if (sk->src_port == 0)
        restore(bind, attempt);
    publish(&place, cookie);
    return answer;
}

SEC("cgroup/bind4")
int bind4(struct bpf_sock_addr *bind)
{
    struct endpoint at = {.family = AF_INET, .port = __builtin_bswap16(bind->user_port)};
    at.words[2] = __builtin_bswap32(0xffff);
    at.words[3] = bind->user_ip4;
    return before_bind(bind, &at);
}

SEC("cgroup/bind6")
int bind6(struct bpf_sock_addr *bind)
{
    struct endpoint at = {.family = AF_INET6, .port = __builtin_bswap16(bind->user_port)};
    at.words[0] = bind->user_ip6[0];
    at.words[1] = bind->user_ip6[1];
    at.words[2] = bind->user_ip6[2];
    at.words[3] = bind->user_ip6[3];
    return before_bind(bind, &at);
}

static always_inline int after_bind(struct bpf_sock *sk)
{
    struct share_worker *worker = bpf_get_local_storage(&workers, 0);
    struct share_attempt attempt;
    if (!end(sk, bpf_get_socket_cookie(sk), FREE, &attempt) || !attempt.permitted)
        return 1;
    attempt.event.port = (__u16)sk->src_port; /* after a bind to port 0, the port that the kernel chose */
    attempt.event.inode = inode_of(sk);
    tell(worker, &attempt.event);
    return 1;
}

SEC("cgroup/post_bind4")
int post_bind4(struct bpf_sock *sk)
{
    return after_bind(sk);
}

SEC("cgroup/post_bind6")
int post_bind6(struct bpf_sock *sk)
{
    return after_bind(sk);
}

#include "share_failures.h"
#include "share_tcp.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
