using System.Runtime.InteropServices;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sharding;

/// <summary>A step that failed: a map (<c>rpd_workers</c>), a program (<c>cgroup/bind4</c>), or <c>storage</c>.</summary>
internal sealed record ShardingError(string Step, Errno Errno)
{
    public override string ToString() => $"{Step}: {Errno}";
}

/// <summary>
/// The BPF programs of Native/Sharding/share.bpf.c: loaded once, and attached to the cgroup of each worker. They set the options
/// of sockets at bind(2), and tell outcomes. Attachments and counts end with the cgroup, when its last socket is closed. Any
/// thread may call.
/// </summary>
internal sealed unsafe class ShardingPrograms : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Descriptor[] _programs;
    private readonly Descriptor[] _failures;
    private readonly Descriptor _workers;
    private readonly Descriptor _drains;
    private readonly SettingsTable _settings;
    private Native.Sharding _opened;

    private ShardingPrograms(in Native.Sharding opened, OutcomeRing outcomes)
    {
        _opened = opened;
        _programs = new Descriptor[Native.Sharding.ProgramCount];
        for (var number = 0; number < _programs.Length; number++) _programs[number] = new Descriptor(_opened.Programs[number]);
        _failures = new Descriptor[Native.Sharding.FailureCount];
        for (var number = 0; number < _failures.Length; number++) _failures[number] = new Descriptor(_opened.Failures[number]);
        _workers = new Descriptor(_opened.Workers);
        _drains = new Descriptor(_opened.Drains);
        _settings = new SettingsTable(new Descriptor(_opened.Settings), _workers);
        Outcomes = outcomes;
    }

    /// <summary>Outcomes of all workers.</summary>
    public OutcomeRing Outcomes { get; }

    /// <summary>
    /// True if outcomes of failed binds come at once, with an errno. This needs BTF, and a kernel that allows to trace its
    /// functions (BPF_TRACE_FEXIT). Else they come when the socket is bound again or closed, and the errno is unknown. The kernel
    /// ends the tracing with the daemon.
    /// </summary>
    public bool TellsFailures => !_failures[0].IsInvalid;

    internal int SettingsCount => _settings.Count;

    /// <param name="error">
    /// EPERM without CAP_BPF and CAP_NET_ADMIN. EACCES without CAP_PERFMON: the verifier then refuses to compute addresses in
    /// loops. EINVAL or ENOTSUPP (524) if the kernel lacks a hook or a helper, before Linux 5.13.
    /// </param>
    public static ShardingPrograms? Load(out ShardingError? error) => Load(KernelLayout.OfThisKernel(), out error);

    /// <inheritdoc cref="Load(out ShardingError?)"/>
    public static ShardingPrograms? Load(KernelLayout layout, out ShardingError? error)
    {
        Native.Sharding opened;
        byte* failed = null;
        var errno = new Errno(Native.OpenSharding(SettingsTable.Most, &layout, &opened, &failed));
        error = errno == Errno.None ? null : ErrorAt(failed, errno);
        if (error is not null) return null;
        var ring = OutcomeRing.Open(new Descriptor(opened.Events), out errno);
        if (ring is not null) return new ShardingPrograms(opened, ring);
        error = new ShardingError("mmap rpd_events", errno);
        for (var number = 0; number < Native.Sharding.ProgramCount; number++) _ = Libc.Close(opened.Programs[number]);
        for (var number = 0; number < Native.Sharding.FailureCount; number++) _ = Libc.Close(opened.Failures[number]);
        _ = Libc.Close(opened.Workers);
        _ = Libc.Close(opened.Settings);
        _ = Libc.Close(opened.Drains);
        return null;
    }

    /// <summary>The programs that an earlier program of this process has loaded.</summary>
    /// <param name="numbers">Their <see cref="Numbers"/>.</param>
    public static ShardingPrograms? Resume(IReadOnlyList<int> numbers, out ShardingError? error)
    {
        var opened = default(Native.Sharding);
        for (var at = 0; at < Native.Sharding.NumberCount; at++) ((int*)&opened)[at] = numbers[at];
        var ring = OutcomeRing.Open(new Descriptor(opened.Events), out var errno);
        error = ring is null ? new ShardingError("mmap rpd_events", errno) : null;
        return ring is null ? null : new ShardingPrograms(opened, ring);
    }

    /// <summary>The length of <see cref="Numbers"/>.</summary>
    public const int NumberCount = Native.Sharding.NumberCount;

    /// <summary>The descriptors of programs and maps, in the order of their structure; -1 for a missing one.</summary>
    public int[] Numbers
    {
        get
        {
            fixed (Native.Sharding* opened = &_opened)
                return new ReadOnlySpan<int>(opened, Native.Sharding.NumberCount).ToArray();
        }
    }

    /// <summary>To be called before the first process of the group starts.</summary>
    /// <param name="worker">The number that outcomes carry.</param>
    /// <returns>
    /// EEXIST if the group has the programs. EPERM if a group above has a program that allows no others. Null after success.
    /// </returns>
    public ShardingError? Attach(CgroupDirectory group, ShardingSettings settings, ulong worker)
    {
        lock (_gate)
        {
            var key = _settings.KeyOf(settings, out var errno);
            if (errno != Errno.None) return new ShardingError("rpd_settings", errno);
            var storage = new ShardingWorker { Worker = worker, Settings = key };
            byte* failed = null;
            fixed (Native.Sharding* opened = &_opened)
                errno = new Errno(Native.AttachSharding(opened, group, group.Id, &storage, &failed));
            return errno == Errno.None ? null : ErrorAt(failed, errno);
        }
    }

    /// <summary>Counts of a worker. Null if its group has no programs.</summary>
    /// <param name="group">The inode of its directory.</param>
    public ShardingWorker? Read(ulong group)
    {
        ShardingWorker worker;
        return Native.ReadSharding(_workers, group, &worker) == 0 ? worker : null;
    }

    /// <summary>Open connections of a worker. Null if its group has no programs.</summary>
    /// <param name="group">The inode of its directory; 0 for none.</param>
    public ulong? ConnectionsOf(ulong group) => group == 0 ? null : Read(group)?.Connections;

    /// <summary>
    /// Asks for one <see cref="ShardingKind.Idle"/> when the worker's last connection ends. <see cref="Read"/> the count after
    /// this call: a worker without connections gives no outcome. Needs the count of connections.
    /// </summary>
    public Errno Drain(ulong worker) => new(Native.DrainSharding(_drains, worker));

    /// <returns>ENOENT if the outcome is in the ring or was read.</returns>
    public Errno StopDrain(ulong worker) => new(Native.StopDrainSharding(_drains, worker));

    public void Dispose()
    {
        foreach (var program in _programs) program.Dispose();
        foreach (var failure in _failures) failure.Dispose();
        _settings.Dispose();
        _workers.Dispose();
        _drains.Dispose();
        Outcomes.Dispose();
    }

    private static ShardingError ErrorAt(byte* failed, Errno errno) => new(Marshal.PtrToStringUTF8((nint)failed) ?? "", errno);
}
