using System.Globalization;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>Names the system limits that a start can meet.</summary>
internal static unsafe class StartLimits
{
    private const int LimitOfProcesses = 6; // RLIMIT_NPROC

    /// <summary>Hard limit RLIMIT_NOFILE of this process; the daemon raises its soft limit to it.</summary>
    public static long Descriptors()
    {
        LimitPair pair;
        return Libc.GetLimit(Libc.LimitOfDescriptors, &pair) == 0 ? (long)Math.Min(pair.Hard, long.MaxValue) : long.MaxValue;
    }

    /// <summary>
    /// The most processes that the daemon and its descendants may be, and the name of that limit; null if no limit can be read.
    /// </summary>
    public static (long Most, string Name)? Tasks()
    {
        (long Most, string Name)? least = Number(Sysctl.Read("kernel.pid_max")) is { } numbers
            ? (numbers, "kernel.pid_max")
            : null;
        if (Number(Sysctl.Read("kernel.threads-max")) is { } threads && threads < (least?.Most ?? long.MaxValue))
            least = (threads, "kernel.threads-max");
        var (mounts, groups) = (KernelText.Read("/proc/self/mountinfo") ?? "", KernelText.Read("/proc/self/cgroup") ?? "");
        foreach (var mount in CgroupMount.AllWith("pids", mounts, groups))
        foreach (var directory in mount.UpToTheRoot())
            if (Number(KernelText.Read($"{directory}/pids.max")) is { } most && most < (least?.Most ?? long.MaxValue))
                least = (most, $"pids.max (TasksMax) of the control group {NameOf(directory, mount)}");
        return least;
    }

    /// <summary>The limit that made a start fail; null if the start failed for another reason.</summary>
    public static string? MetBy(SpawnError error) => (error.Step, error.Errno) switch
    {
        (_, var errno) when errno == Errno.TooManyDescriptors => string.Create(
            CultureInfo.InvariantCulture, $"RLIMIT_NOFILE is {Descriptors()}"),
        (_, var errno) when errno == Errno.TooManyFiles => $"fs.file-max is {Sysctl.Read("fs.file-max")}",
        ("clone" or "cgroup" or "pipe2" or "epoll_ctl", var errno) when errno == Errno.NoMemory =>
            "the system has no memory left (ENOMEM)",
        ("epoll_ctl", var errno) when errno == Errno.NoSpace =>
            $"fs.epoll.max_user_watches is {Sysctl.Read("fs.epoll.max_user_watches")}",
        ("clone" or "cgroup", var errno) when errno == Errno.Again => ProcessWords(),
        _ => null,
    };

    /// <summary>EAGAIN of clone(2) does not tell the limit: the smallest is named.</summary>
    private static string ProcessWords()
    {
        LimitPair pair = default;
        var least = Tasks();
        if (!UserDatabase.IsRoot && Libc.GetLimit(LimitOfProcesses, &pair) == 0
            && pair.Soft < (ulong)(least?.Most ?? long.MaxValue))
            return string.Create(CultureInfo.InvariantCulture, $"RLIMIT_NPROC is {pair.Soft}");
        return least is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $"{limit.Name} is {limit.Most}")
            : "no process can be made (EAGAIN)";
    }

    private static string NameOf(string directory, CgroupMount mount) =>
        directory.Length > mount.MountPoint.Length ? directory[mount.MountPoint.Length..] : "/";

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
