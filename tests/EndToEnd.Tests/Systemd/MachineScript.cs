namespace EndToEnd.Tests.Systemd;

/// <summary>
/// The script that runs a machine. Its mounts are in their own mount namespace, so there is nothing to unmount. Its processes
/// end with the script (PR_SET_PDEATHSIG), and the script ends with its standard input, so all end with the tests.
/// </summary>
internal static class MachineScript
{
    /// <summary>Exit code if this host does not allow the namespaces and mounts of a machine.</summary>
    public const int Impossible = 77;

    /// <summary>
    /// Lines in 30 s that journald takes from a unit which does not say otherwise; some times that, where space is free.
    /// </summary>
    public const int RateLimitBurst = 1_000;

    /// <summary>Path of the programs of tests/TestWorkers in the machine.</summary>
    public const string Workers = "/opt/testworkers";

    /// <summary>
    /// The machine has the installed files of this host only: no servers, and no files of an installed reuseportd.
    /// </summary>
    public const string Installation = """
        rm -rf etc/systemd/system/*.wants etc/systemd/system/reuseportd.service* etc/reuseportd etc/sysctl.d/*reuseportd*
        make -s -C "$repository" install DESTDIR="$PWD" PREFIX=/usr OUT="$out" >/dev/null
        """;

    /// <summary>
    /// Arguments: repository, build directory, the root of the files that the machine begins with. It prints the pid of
    /// systemd-nspawn and waits for the end of its input.
    /// </summary>
    /// <param name="preparation">Shell commands; the present directory is the root of the machine.</param>
    public static string Text(string preparation) => $$"""
        set -eu
        repository=$1 out=$2 lower=$3
        name=reuseportd-machine-$$

        impossible() { echo "$1" >&2; exit 77; }

        # A control group of its own in each hierarchy that systemd uses: nspawn makes its own below that of its caller, and two
        # machines would be one. What an earlier run left behind is taken away.
        groups=
        for mount in $(findmnt -n -o TARGET -t cgroup2; findmnt -n -o TARGET -t cgroup -O name=systemd); do
            [ -e "$mount/cgroup.procs" ] || continue
            own=$(sed -n 's/^0:://p' /proc/self/cgroup)
            [ "$(findmnt -n -o FSTYPE "$mount")" = cgroup2 ] || own=$(sed -n 's/^[0-9]*:name=systemd://p' /proc/self/cgroup)
            for stale in "$mount$own"/reuseportd-machine-*; do
                [ -d "/proc/${stale##*-}" ] || find "$stale" -depth -type d -exec rmdir {} + 2>/dev/null || :
            done
            mkdir -p "$mount$own/$name" || impossible "no control group can be made below $mount$own"
            groups="$groups $mount$own/$name"
        done
        clean() {
            for group in $groups; do find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :; done
            rmdir "/run/systemd/nspawn/propagate/$name" 2>/dev/null || :
        }
        trap clean EXIT

        mkdir -p "$out/machine"
        mount -t tmpfs -o mode=0755 tmpfs "$out/machine" || impossible 'no tmpfs can be mounted'
        cd "$out/machine"
        mkdir upper work root
        mount -t overlay -o lowerdir="$lower",upperdir=upper,workdir=work overlay root ||
            impossible "no overlay of $lower can be mounted"
        cd root

        : > etc/fstab
        tr -d - < /proc/sys/kernel/random/uuid > etc/machine-id
        mkdir -p etc/systemd/journald.conf.d
        printf '[Journal]\nStorage=volatile\nRateLimitBurst={{RateLimitBurst}}\n' > etc/systemd/journald.conf.d/test.conf
        {{preparation}}
        mkdir -p .{{Workers}}
        cp "$out"/testworkers/* .{{Workers}}

        (
            for group in $groups; do echo 0 > "$group/cgroup.procs"; done
            exec setpriv --pdeathsig KILL systemd-nspawn --directory="$PWD" --machine="$name" --boot --private-network \
                --register=no --keep-unit --console=pipe --link-journal=no --resolv-conf=off --timezone=off --quiet \
                --capability=CAP_BPF,CAP_PERFMON,CAP_NET_ADMIN,CAP_SYS_PTRACE,CAP_SYS_RESOURCE \
                --system-call-filter='bpf perf_event_open pidfd_getfd'
        ) </dev/null >&2 &
        nspawn=$!
        echo $nspawn

        # shellcheck disable=SC2034
        read -r end || :
        kill -KILL $(cat /proc/$nspawn/task/$nspawn/children) 2>/dev/null || kill -KILL $nspawn 2>/dev/null || :
        wait $nspawn || :
        """;
}
