using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// The daemon's part of the cgroup v2 hierarchy: a group for the daemon, and a group for each process of a worker. All
/// descendants of that process stay in its group, with any session, parent and environment.
/// </summary>
internal sealed class CgroupSubtree : IDisposable
{
    /// <summary>The longest wait for the guard of an earlier daemon, and for processes of that daemon.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(5);

    private const int MostRounds = 1_000;

    private readonly CgroupDirectory _base;
    private readonly ConcurrentDictionary<string, bool> _enabled = [];
    private readonly bool _isInside;

    private CgroupSubtree(CgroupDirectory directory, string path, bool isInside)
    {
        (_base, Path, _isInside) = (directory, path, isInside);
        Offered = OfferOf(directory, isInside);
        HasKill = SystemPath.Status($"/proc/self/fd/{directory.Number}/cgroup.kill", out _) is not null;
    }

    /// <summary>Path in the form of <c>/proc/self/cgroup</c>.</summary>
    public string Path { get; }

    /// <summary>Controllers that the daemon can enable in the groups below.</summary>
    public ValueList<string> Offered { get; }

    /// <summary>True if the kernel has <c>cgroup.kill</c>.</summary>
    public bool HasKill { get; internal set; }

    internal CgroupDirectory Directory => _base;

    /// <summary>Finds the subtree without changing it.</summary>
    /// <param name="obstacle">The reason why no subtree is available, as the end of a sentence.</param>
    public static CgroupSubtree? TryFind(out string obstacle) => TryFind(
        File.ReadAllText("/proc/self/mountinfo"),
        File.Exists("/proc/self/cgroup") ? File.ReadAllText("/proc/self/cgroup") : "",
        out obstacle);

    internal static CgroupSubtree? TryFind(string mountInfo, string membership, out string obstacle)
    {
        obstacle = "no mounted cgroup v2 hierarchy contains the daemon's group";
        if (CgroupMount.Unified(mountInfo, membership) is not { } mount) return null;
        const string own = "/" + CgroupName.Supervisor;
        // The daemon is in its own group already: DelegateSubgroup=, or an earlier start.
        if (mount.Path.EndsWith(own, StringComparison.Ordinal)
            && TryOpen(mount with { Path = mount.Path[..^own.Length] }, isInside: true, out _) is { } outer) return outer;
        return TryOpen(mount, isInside: false, out obstacle);
    }

    /// <summary>
    /// Takes possession of the subtree: locks it, moves the daemon into its own group, and kills the processes of an earlier
    /// daemon.
    /// </summary>
    /// <param name="kept">Groups of processes that live on.</param>
    /// <param name="obstacle">The reason why the subtree cannot be used, as the end of a sentence.</param>
    public bool TryEnter(IReadOnlySet<string> kept, [NotNullWhen(false)] out string? obstacle)
    {
        obstacle = null;
        if (!TryLock()) obstacle = $"another reuseportd uses the cgroup {Path}";
        else if (!_isInside && Move() is var errno && errno != Errno.None)
            obstacle = $"the cgroup {Path} cannot be divided: {errno}";
        if (obstacle is not null) return false;

        foreach (var left in _base.Groups().Where(name => CgroupName.IsWorkers(name) && !kept.Contains(name)))
            End(left, Patience);
        return true;
    }

    /// <summary>Creates a group with its limits, for a process to start in.</summary>
    /// <param name="group">The group; close it after the process has started.</param>
    public bool TryMake(
        ref string name, GroupLimits limits, [NotNullWhen(true)] out CgroupDirectory? group,
        [NotNullWhen(false)] out SpawnError? error)
    {
        (group, error) = (null, null);
        var wanted = name;
        var errno = _base.Make(name);
        // A service that was removed and added again numbers its processes anew, and a process of its former group may still run.
        // Even an empty group belongs to an earlier start, whose cleanup ends every process in a group of that name.
        for (var number = 2; errno == Errno.Exists; number++)
        {
            name = CgroupName.Another(wanted, number);
            errno = _base.Make(name);
        }

        if (errno == Errno.None) group = _base.OpenGroup(name, out errno);
        if (group is null)
        {
            error = new SpawnError("cgroup", name, errno);
            _base.Remove(name);
            return false;
        }

        error = SetLimits(group, limits);
        if (error is null) return true;
        group.Dispose();
        group = null;
        _base.Remove(name);
        return false;
    }

    /// <summary>Sets the limits of a group of an earlier daemon, if it exists; see <see cref="ControllerRelease"/>.</summary>
    /// <returns>The first limit that cannot be set; null on success.</returns>
    public SpawnError? SetLimits(string name, GroupLimits limits)
    {
        using var group = limits == GroupLimits.None ? null : _base.OpenGroup(name, out _);
        return group is null ? null : SetLimits(group, limits);
    }

    private SpawnError? SetLimits(CgroupDirectory group, GroupLimits limits)
    {
        foreach (var (limit, controller, file, text) in CgroupLimits.Of(limits))
        {
            var errno = Enable(controller);
            if (errno == Errno.None) errno = group.Write(file, text);
            if (errno != Errno.None) return new SpawnError(limit, text, errno);
        }

        return null;
    }

    /// <summary>Opens a group, to start a process in it. Null if it is gone, or if no descriptor is left.</summary>
    public CgroupDirectory? Open(string name) => _base.OpenGroup(name, out _);

    /// <summary>EBUSY while the group has processes or groups; ENOENT if it is gone.</summary>
    public Errno Remove(string name) => _base.Remove(name);

    /// <summary>Removes a group without processes, and the groups below it, which a worker may have made.</summary>
    public Errno RemoveAll(string name) => _base.RemoveAll(name);

    /// <summary>
    /// SIGKILL to all processes of the group. ENOSYS means that the call must be repeated until the group is empty.
    /// </summary>
    public Errno Kill(string name)
    {
        if (HasKill) return CgroupKill.All(_base, name);
        CgroupKill.EachOf(_base, name);
        return Errno.NoSuchCall;
    }

    /// <summary>Number of processes in the group.</summary>
    public int Count(string name) => CgroupKill.Members(_base, name).Count;

    /// <summary>Null if the file cannot be opened: the group is gone, or no descriptor is left.</summary>
    public CgroupEvents? Watch(string name)
    {
        using var file = _base.OpenFile($"{name}/cgroup.events");
        return file is null ? null : new CgroupEvents(file.Release());
    }

    /// <summary>Processes of the group that the OOM killer ended; 0 without the memory controller.</summary>
    public long OomKills(string name)
    {
        const string field = "oom_kill ";
        var lines = _base.Read($"{name}/memory.events")?.Split('\n');
        var line = lines?.FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(field.Length), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Kills all processes of the group, waits for their end and removes the group.</summary>
    /// <param name="patience">Longest wait for a killed process.</param>
    /// <returns>EBUSY if a process still runs.</returns>
    public Errno End(string name, TimeSpan patience)
    {
        if (_base.Remove(name) is var removed && removed != Errno.Busy) return removed;
        using var events = Watch(name);
        for (var round = 0; events is not null && round < MostRounds; round++)
        {
            var again = Kill(name) == Errno.NoSuchCall;
            if (!events.ReadPopulated()) break;
            if (!events.WaitForChange(again ? BetweenRounds : patience) && !again) break;
        }

        return RemoveAll(name);
    }

    public void Dispose() => _base.Dispose();

    private static CgroupSubtree? TryOpen(CgroupMount mount, bool isInside, out string obstacle)
    {
        var shown = mount.Path.Length == 0 ? "/" : mount.Path;
        obstacle = $"the cgroup {shown} cannot be opened";
        var directory = CgroupDirectory.Open(mount.MountPoint + mount.Path, out var errno);
        if (directory is null)
        {
            obstacle += $": {errno}";
            return null;
        }

        if (CgroupFacts.Read(directory, shown).Obstacle() is not { } refusal)
            return new CgroupSubtree(directory, shown, isInside);
        obstacle = $"the cgroup {shown} {refusal}";
        directory.Dispose();
        return null;
    }

    /// <summary>
    /// Controllers can be enabled only in a group without processes. The daemon leaves the group; other processes stay in it.
    /// </summary>
    private static ValueList<string> OfferOf(CgroupDirectory directory, bool isInside)
    {
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var pids = (directory.Read("cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var others = pids.Any(pid => isInside || pid != own);
        var offered = (directory.Read(others ? "cgroup.subtree_control" : "cgroup.controllers") ?? "").Split([' ', '\n']);
        return [.. CgroupLimits.Controllers.Where(offered.Contains)];
    }

    /// <summary>
    /// The daemon and its guard hold the lock. The guard kills the workers of a killed daemon, so a second daemon must not start
    /// before. The kernel releases the lock with the last of the two.
    /// </summary>
    private bool TryLock()
    {
        if (Libc.Lock(_base, Libc.LockExclusive | Libc.LockWithoutWaiting) == 0) return true;
        // flock(2) has no time limit.
        return Task.Run(() => Libc.Lock(_base, Libc.LockExclusive) == 0).Wait(Patience);
    }

    private Errno Move()
    {
        var errno = _base.Make(CgroupName.Supervisor);
        return errno == Errno.None || errno == Errno.Exists ? _base.Write($"{CgroupName.Supervisor}/cgroup.procs", "0") : errno;
    }

    /// <summary>
    /// Enables a controller for the first worker that needs it: a controller costs each group some time, even without limits.
    /// </summary>
    private Errno Enable(string controller)
    {
        if (_enabled.ContainsKey(controller)) return Errno.None;
        var errno = _base.Write("cgroup.subtree_control", $"+{controller}");
        if (errno == Errno.None) _enabled[controller] = true;
        return errno;
    }
}
