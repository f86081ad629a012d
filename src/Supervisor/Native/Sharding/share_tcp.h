/* What TCP tells of the sockets of a cgroup: listen(2), and the connections, which have the cgroup of their listener. */
#ifndef REUSEPORTD_SHARE_TCP_H
#define REUSEPORTD_SHARE_TCP_H

static always_inline void listens(struct bpf_sock_ops *tcp, struct bpf_sock *sk, struct share_worker *worker)
{
    struct share_event event = {.kind = SHARE_LISTEN, .family = (__u8)tcp->family, .port = (__u16)tcp->local_port};
    struct share_socket *socket = bpf_sk_storage_get(&sockets, sk, 0, 0);
    /* Opaque: the verifier refuses one load for both families, at a computed offset. */
    __u32 inet = tcp->local_ip4;
    __asm__ volatile("" : "+r"(inet));
    if (tcp->family == AF_INET) {
        event.address[2] = __builtin_bswap32(0xffff);
        event.address[3] = inet;
    } else {
        event.address[0] = tcp->local_ip6[0];
        event.address[1] = tcp->local_ip6[1];
        event.address[2] = tcp->local_ip6[2];
        event.address[3] = tcp->local_ip6[3];
    }
    event.type = (__u8)sk->type;
    event.protocol = (__u16)sk->protocol;
    event.cookie = bpf_get_socket_cookie(tcp);
    event.network = bpf_get_netns_cookie(tcp);
    event.backlog = SHARE_LEAVE;
    if (VALUE(layout_socket) != 0) {
        /* A pointer with a type, to which the verifier lets a program add. */
        const void *kernel_sk = bpf_skc_to_tcp_sock(sk);
        if (kernel_sk) {
            event.inode = inode_of(kernel_sk);
            event.backlog = backlog_of(kernel_sk);
        }
    }
    describe(&event, socket);
    if (socket)
        event.pid = socket->pid;
    tell(worker, &event);
}

/*
 * A connection counts from its handshake until the first of: the last close(2) of its socket (cgroup/sock_release), and its
 * end by TCP (state callback), which a socket that no process has accepted also gets.
 */
static always_inline void opens(struct bpf_sock_ops *tcp, struct bpf_sock *sk, struct share_worker *worker)
{
    struct share_socket *socket = worker->counts ? make_socket(sk) : 0;
    if (!socket)
        return;
    bpf_sock_ops_cb_flags_set(tcp, tcp->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
    socket->open = 1;
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

static always_inline void closes(struct share_socket *socket, struct share_worker *worker)
{
    if (!socket || !socket->open || !__sync_lock_test_and_set(&socket->open, 0))
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
        closes(bpf_sk_storage_get(&sockets, sk, 0, 0), worker);
    else
        opens(tcp, sk, worker);
    return 1;
}

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock *sk)
{
    closes(bpf_sk_storage_get(&sockets, sk, 0, 0), bpf_get_local_storage(&workers, 0));
    return 1;
}

#endif
