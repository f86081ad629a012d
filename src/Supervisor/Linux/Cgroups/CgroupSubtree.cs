using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// The part of the cgroup v2 hierarchy that is the daemon's: a group for itself, and one for each process of a worker. What comes
/// of a process stays in its group whatever it does with sessions, parents and its environment.
/// </summary>
internal sealed class CgroupSubtree : IDisposable
{
    /// <summary>For the guard of an earlier daemon, which ends the workers of that one, and for what is left of them.</summary>
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

    /// <summary>As <c>/proc/self/cgroup</c> would write it.</summary>
    public string Path { get; }

    /// <summary>Controllers of ours that can be had for the groups below.</summary>
    public ValueList<string> Offered { get; }

    /// <summary>Whether the kernel has <c>cgroup.kill</c>.</summary>
    public bool HasKill { get; internal set; }

    internal CgroupDirectory Directory => _base;

    /// <summary>Looks for it, and changes nothing.</summary>
    /// <param name="obstacle">Why there is none, as the end of a sentence.</param>
    public static CgroupSubtree? TryFind(out string obstacle) => TryFind(
        File.ReadAllText("/proc/self/mountinfo"), File.Exists("/proc/self/cgroup") ? File.ReadAllText("/proc/self/cgroup") : "", out obstacle);

    internal static CgroupSubtree? TryFind(string mountInfo, string membership, out string obstacle)
    {
        obstacle = "no cgroup v2 hierarchy is mounted in which the daemon's group can be seen";
        if (CgroupMount.Unified(mountInfo, membership) is not { } mount) return null;
        const string own = "/" + CgroupName.Supervisor;
        // In the group that the daemon makes for itself, it is already: DelegateSubgroup=, or an earlier start.
        if (mount.Path.EndsWith(own, StringComparison.Ordinal)
            && TryOpen(mount with { Path = mount.Path[..^own.Length] }, isInside: true, out _) is { } outer) return outer;
        return TryOpen(mount, isInside: false, out obstacle);
    }

    /// <summary>
    /// Makes it the daemon's: takes the lock on it, moves this process into a group of its own, and ends what an earlier daemon
    /// left behind.
    /// </summary>
    /// <param name="obstacle">Why it cannot be used, as the end of a sentence.</param>
    public bool TryEnter([NotNullWhen(false)] out string? obstacle)
    {
        obstacle = null;
        if (!TryLock()) obstacle = $"another reuseportd uses the cgroup {Path}";
        else if (!_isInside && Move() is var errno && errno != Errno.None) obstacle = $"the cgroup {Path} cannot be divided: {errno}";
        if (obstacle is not null) return false;

        foreach (var left in _base.Groups().Where(CgroupName.IsWorkers)) End(left, Patience);
        return true;
    }

    /// <summary>Makes a group with its limits, for a process to be born in.</summary>
    /// <param name="group">To be closed when the process has been started.</param>
    public bool TryMake(
        ref string name, GroupLimits limits, [NotNullWhen(true)] out CgroupDirectory? group, [NotNullWhen(false)] out SpawnError? error)
    {
        (group, error) = (null, null);
        var wanted = name;
        var errno = _base.Make(name);
        // A service that was taken away and comes back counts its processes anew, and something of the former may still live.
        for (var number = 2; errno == Errno.Exists; number++)
        {
            if (_base.Remove(name) != Errno.None) name = CgroupName.Another(wanted, number);
            errno = _base.Make(name);
        }

        if (errno == Errno.None) group = _base.OpenGroup(name, out errno);
        if (group is null)
        {
            error = new SpawnError("cgroup", name, errno);
            _base.Remove(name);
            return false;
        }

        foreach (var (limit, controller, file, text) in CgroupLimits.Of(limits))
        {
            errno = Enable(controller);
            if (errno == Errno.None) errno = group.Write(file, text);
            if (errno == Errno.None) continue;
            error = new SpawnError(limit, text, errno);
            group.Dispose();
            group = null;
            _base.Remove(name);
            return false;
        }

        return true;
    }

    /// <summary>
    /// For a process to be born in beside those that are there; null where it is gone or no descriptor is left.
    /// </summary>
    public CgroupDirectory? Open(string name) => _base.OpenGroup(name, out _);

    /// <summary>EBUSY while something is in it; ENOENT when it is gone.</summary>
    public Errno Remove(string name) => _base.Remove(name);

    /// <summary>The same for one without processes that has groups below it, which a worker may have made.</summary>
    public Errno RemoveAll(string name) => RemoveAll(_base, name);

    /// <summary>
    /// SIGKILL to all that is in it. Where it has to be done again until the group is empty, the answer is ENOSYS.
    /// </summary>
    public Errno Kill(string name)
    {
        if (HasKill) return CgroupKill.All(_base, name);
        CgroupKill.EachOf(_base, name);
        return Errno.NoSuchCall;
    }

    /// <summary>Processes in it.</summary>
    public int Count(string name) => CgroupKill.Members(_base, name).Count;

    /// <summary>Null where it cannot be opened: it is gone, or no descriptor is left.</summary>
    public CgroupEvents? Watch(string name)
    {
        using var file = _base.OpenFile($"{name}/cgroup.events");
        if (file is null) return null;
        var number = file.Number;
        file.SetHandleAsInvalid();
        return new CgroupEvents(number);
    }

    /// <summary>Processes of it that the kernel killed for want of memory; 0 without the controller.</summary>
    public long OomKills(string name)
    {
        const string field = "oom_kill ";
        var line = _base.Read($"{name}/memory.events")?.Split('\n').FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.AsSpan(field.Length), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>Kills all that is in it, waits for that and takes it away.</summary>
    /// <param name="patience">With what is killed and does not end.</param>
    /// <returns>EBUSY where something lives on.</returns>
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

        if (CgroupFacts.Of(directory, shown).Obstacle() is not { } refusal) return new CgroupSubtree(directory, shown, isInside);
        obstacle = $"the cgroup {shown} {refusal}";
        directory.Dispose();
        return null;
    }

    /// <summary>
    /// A controller is given on only where no process is in the group itself. The daemon leaves it; whoever else is in there does
    /// not.
    /// </summary>
    private static ValueList<string> OfferOf(CgroupDirectory directory, bool isInside)
    {
        var own = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var others = (directory.Read("cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Any(pid => isInside || pid != own);
        var offered = (directory.Read(others ? "cgroup.subtree_control" : "cgroup.controllers") ?? "").Split([' ', '\n']);
        return [.. CgroupLimits.Controllers.Where(offered.Contains)];
    }

    /// <summary>
    /// Held by the daemon and by its guard, which ends the workers of a daemon that was killed: two of them must not take each
    /// other's for leftovers. The kernel lets go of it with the last of them.
    /// </summary>
    private bool TryLock()
    {
        if (Libc.Lock(_base, Libc.LockExclusive | Libc.LockWithoutWaiting) == 0) return true;
        // flock(2) waits without a limit of its own.
        return Task.Run(() => Libc.Lock(_base, Libc.LockExclusive) == 0).Wait(Patience);
    }

    private Errno Move()
    {
        var errno = _base.Make(CgroupName.Supervisor);
        return errno == Errno.None || errno == Errno.Exists ? _base.Write($"{CgroupName.Supervisor}/cgroup.procs", "0") : errno;
    }

    /// <summary>When the first worker wants it: a controller costs each group some, though nothing is limited.</summary>
    private Errno Enable(string controller)
    {
        if (_enabled.ContainsKey(controller)) return Errno.None;
        var errno = _base.Write("cgroup.subtree_control", $"+{controller}");
        if (errno == Errno.None) _enabled[controller] = true;
        return errno;
    }

    private static Errno RemoveAll(CgroupDirectory parent, string name)
    {
        var errno = parent.Remove(name);
        if (errno != Errno.Busy) return errno;
        using (var directory = parent.OpenGroup(name, out _))
            foreach (var below in directory?.Groups() ?? []) RemoveAll(directory!, below);
        return parent.Remove(name);
    }
}
