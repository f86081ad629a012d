/*
 * Binds that fail. The hooks of a cgroup see only a bind that succeeds, so these programs run at the end of each bind(2) of the
 * host (BPF_TRACE_FEXIT, Linux 5.5). They know an attempt by the cookie of its socket, so they tell only those of workers.
 */
#ifndef REUSEPORTD_SHARE_FAILURES_H
#define REUSEPORTD_SHARE_FAILURES_H

/* The arguments of inet_bind and inet6_bind: struct socket *, struct sockaddr *, int; and the result. */
enum { SOCKET, RESULT = 3 };

static always_inline int after_failure(__u64 *context)
{
    const char *socket = (const char *)context[SOCKET];
    struct share_attempt attempt;
    if ((int)context[RESULT] == 0)
        return 0;
    void *sk = *(void *const *)(socket + VALUE(layout_sk));
    if (!sk)
        return 0;
    __u64 cookie = bpf_get_socket_cookie(sk);
    if (!end(sk, cookie, cookie, &attempt) || !attempt.permitted)
        return 0;
    attempt.event.error = -(int)context[RESULT];
    attempt.event.inode = inode_of(sk);
    bpf_ringbuf_output(&events, &attempt.event, sizeof attempt.event, 0);
    return 0;
}

SEC("fexit/inet_bind")
int failed4(__u64 *context)
{
    return after_failure(context);
}

SEC("fexit/inet6_bind")
int failed6(__u64 *context)
{
    return after_failure(context);
}

#endif
