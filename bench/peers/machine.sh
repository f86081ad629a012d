#!/bin/sh
# machine FOLDER NAME: boots this host's systemd in a container over an overlay of /. Run it under unshare --mount: its mounts are
# in their own namespace, so nothing must be unmounted. Its processes end with this script.
set -eu
folder=$1 name=$2

# Its own control group in each hierarchy of systemd: nspawn creates its groups below that of its caller.
groups=
for mount in $(findmnt -n -o TARGET -t cgroup2; findmnt -n -o TARGET -t cgroup -O name=systemd); do
    [ -e "$mount/cgroup.procs" ] || continue
    own=$(sed -n 's/^0:://p' /proc/self/cgroup)
    [ "$(findmnt -n -o FSTYPE "$mount")" = cgroup2 ] || own=$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup)
    for stale in "$mount$own"/reuseportd-bench-*; do
        [ -d "/proc/${stale##*-}" ] || find "$stale" -depth -type d -exec rmdir {} + 2>/dev/null || :
    done
    mkdir "$mount$own/$name"
    groups="$groups $mount$own/$name"
done

mount -t tmpfs -o mode=0755 tmpfs "$folder"
cd "$folder"
mkdir upper work root
mount -t overlay -o lowerdir=/,upperdir=upper,workdir=work overlay root
cd root
# Only installed programs come from this host, not its servers and mounts.
rm -rf etc/systemd/system/*.wants
: > etc/fstab
tr -d - < /proc/sys/kernel/random/uuid > etc/machine-id
mkdir -p etc/systemd/journald.conf.d opt/bench
printf '[Journal]\nStorage=persistent\nRateLimitBurst=0\nSystemMaxUse=2G\n' > etc/systemd/journald.conf.d/bench.conf

(
    for group in $groups; do echo 0 > "$group/cgroup.procs"; done
    exec setpriv --pdeathsig KILL systemd-nspawn --directory="$PWD" --machine="$name" --boot --private-network \
        --register=no --keep-unit --console=pipe --link-journal=no --resolv-conf=off --timezone=off --quiet \
        --capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN,CAP_SYS_PTRACE,CAP_SYS_RESOURCE \
        --system-call-filter='bpf perf_event_open pidfd_getfd'
) &
wait $! || :
for group in $groups; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :; done
rmdir "/run/systemd/nspawn/propagate/$name" 2>/dev/null || :
