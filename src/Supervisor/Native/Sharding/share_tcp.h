/* Events of TCP for the sockets of a cgroup: listen(2) and connections. A connection has the cgroup of its listener. */
#ifndef REUSEPORTD_SHARE_TCP_H
#define REUSEPORTD_SHARE_TCP_H

/*
 * As in the library. After a bind to port 0 the socket has an ordinary port, and a filter for any port would match it. Such a
 * socket is recognized by the missing option: the bind did not set it.
 */
static always_inline void judge(struct share_event *event, struct bpf_sock_ops *tcp, struct bpf_sock *sk,
                                struct share_settings *settings, const struct endpoint *at)
{
    int shares = 0;
    event->reuse_port = SHARE_LEAVE;
    event->reuse_address = SHARE_LEAVE;
    if (!is_listed(settings, at))
        return;
    if (settings->reuse_port != SHARE_LEAVE) {
        bpf_getsockopt(tcp, SOL_SOCKET, SO_REUSEPORT, &shares, sizeof shares);
        if (shares == settings->reuse_port)
            event->reuse_port = settings->reuse_port;
        else if (shares == 0 && settings->any_port)
            return;
    }
    event->matched = 1;
    event->confined = settings->confined && sk->bound_dev_if != 0;
}

static always_inline void look_into(struct share_event *event, struct bpf_sock *sk)
{
    struct share_attempt *bound = bpf_sk_storage_get(&sockets, sk, 0, 0);
    event->backlog = SHARE_LEAVE;
    event->pid = pid_of_task();
    if (bound && !event->pid)
        event->pid = bound->event.pid;
    if (VALUE(layout_socket) != 0) {
        /* A pointer with a type, to which the verifier lets a program add. */
        const void *kernel_sk = bpf_skc_to_tcp_sock(sk);
        if (kernel_sk) {
            event->inode = inode_of(kernel_sk);
            event->backlog = backlog_of(kernel_sk);
        }
    }
}

static always_inline void listens(struct bpf_sock_ops *tcp, struct bpf_sock *sk, struct share_worker *worker)
{
    struct share_event event = {.kind = SHARE_LISTEN, .family = (__u8)tcp->family, .port = (__u16)tcp->local_port};
    struct endpoint at = {.family = tcp->family, .port = tcp->local_port};
    __u32 key = worker->settings;
    struct share_settings *settings = bpf_map_lookup_elem(&settings_map, &key);
    if (!settings)
        return;
    if (!is_permitted(worker, bpf_ktime_get_coarse_ns())) {
        lose(worker, 1);
        return;
    }
    /* Opaque: the verifier refuses one load for both families, at a computed offset. */
    __u32 inet = tcp->local_ip4;
    __asm__ volatile("" : "+r"(inet));
    if (tcp->family == AF_INET) {
        at.words[2] = __builtin_bswap32(0xffff);
        at.words[3] = inet;
    } else {
        at.words[0] = tcp->local_ip6[0];
        at.words[1] = tcp->local_ip6[1];
        at.words[2] = tcp->local_ip6[2];
        at.words[3] = tcp->local_ip6[3];
    }
    __builtin_memcpy(event.address, at.words, sizeof event.address);
    event.type = (__u8)sk->type;
    event.protocol = (__u16)sk->protocol;
    event.cookie = bpf_get_socket_cookie(tcp);
    event.network = bpf_get_netns_cookie(tcp);
    judge(&event, tcp, sk, settings, &at);
    look_into(&event, sk);
    tell(worker, &event);
}

/*
 * A connection to a listed port counts from its handshake until the first of: the last close(2) of its socket
 * (cgroup/sock_release), and its end by TCP (state callback), which a socket that no process has accepted also gets.
 */
static always_inline void opens(struct bpf_sock_ops *tcp, struct bpf_sock *sk, struct share_worker *worker)
{
    __u32 is_open = 1;
    __u32 key = worker->settings;
    struct share_settings *settings = bpf_map_lookup_elem(&settings_map, &key);
    if (!settings || !port_matches(settings, tcp->local_port))
        return;
    if (!bpf_sk_storage_get(&connections, sk, &is_open, BPF_SK_STORAGE_GET_F_CREATE))
        return;
    bpf_sock_ops_cb_flags_set(tcp, tcp->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
    __sync_fetch_and_add(&worker->connections, 1);
    __sync_fetch_and_add(&worker->established, 1);
}

/* Beyond the limit of events: the entry is removed, so the daemon gets one event for each time that it asks. */
static always_inline void is_idle(struct share_worker *worker)
{
    __u64 key = worker->worker;
    if (bpf_map_delete_elem(&drains, &key) != 0)
        return;
    struct share_event event = {.worker = key, .kind = SHARE_IDLE};
    bpf_ringbuf_output(&events, &event, sizeof event, 0);
}

static always_inline void closes(__u32 *is_open, struct share_worker *worker)
{
    if (!is_open || !*is_open || !__sync_lock_test_and_set(is_open, 0))
        return;
    if (__sync_fetch_and_sub(&worker->connections, 1) == 1)
        is_idle(worker);
}

/* TCP calls it several times for each connection: other calls end here at once. */
static always_inline int is_of_interest(const struct bpf_sock_ops *tcp)
{
    return tcp->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB || tcp->op == BPF_SOCK_OPS_TCP_LISTEN_CB ||
           (tcp->op == BPF_SOCK_OPS_STATE_CB && tcp->args[1] == TCP_CLOSED);
}

SEC("sockops")
int tcp_tells(struct bpf_sock_ops *tcp)
{
    if (!is_of_interest(tcp))
        return 1;
    struct share_worker *worker = bpf_get_local_storage(&workers, 0);
    struct bpf_sock *sk = tcp->sk;
    if (!sk || !worker->settings)
        return 1;
    if (tcp->op == BPF_SOCK_OPS_TCP_LISTEN_CB)
        listens(tcp, sk, worker);
    else if (tcp->op == BPF_SOCK_OPS_STATE_CB)
        closes(bpf_sk_storage_get(&connections, sk, 0, 0), worker);
    else
        opens(tcp, sk, worker);
    return 1;
}

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock *sk)
{
    struct share_attempt attempt;
    closes(bpf_sk_storage_get(&connections, sk, 0, 0), bpf_get_local_storage(&workers, 0));
    if (VALUE(traces_failures) == 0 && end(sk, bpf_get_socket_cookie(sk), FREE, &attempt))
        tell_failure(&attempt, inode_of(sk));
    return 1;
}

#endif
