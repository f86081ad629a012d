using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// A service and a slot to a running process: reads what is read at every start, and spawns. What may be held up is done on the
/// threads of the <see cref="Launcher"/>, several at one time; the rest is for the loop's thread.
/// </summary>
/// <param name="environment">The daemon's own environment.</param>
/// <param name="preload">Absolute path of the preload library.</param>
/// <param name="notifications">Where workers say that they are ready.</param>
/// <param name="groups">Null where processes get no control groups.</param>
internal sealed class LaunchPad(
    IReadOnlyDictionary<string, string> environment,
    string preload,
    Accounts accounts,
    Notifications notifications,
    CgroupSubtree? groups) : IFileOwners
{
    /// <summary>For what is killed to go.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _inherited = LaunchSpec.Inherited(environment);

    /// <summary>Whom a process runs as; null for one that runs as the daemon does.</summary>
    public bool TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error)
    {
        identity = null;
        if (!accounts.TryFind(process, out var account, out error)) return false;
        identity = IsGiven(process) ? account.Identity : null;
        return true;
    }

    /// <summary>That a file for output could not be opened.</summary>
    /// <param name="value">Stream and path: <c>stdout=/var/log/web.log</c>.</param>
    public SpawnError NotOpened(ProcessSpec process, string value, Errno errno) =>
        accounts.TryFind(process, out var account, out var unknown) ? StartDiagnosis.OfOutput(value, errno, account) : unknown;

    /// <summary>What the loop itself has to do for a start, of a process whose account was looked up.</summary>
    public bool TryPrepare(
        ServiceSpec service, [NotNullWhen(true)] out Account? account, out string? notifySocket, [NotNullWhen(false)] out SpawnError? error)
    {
        notifySocket = null;
        if (!accounts.TryFind(service.Process, out account, out error))
        {
            accounts.Drop(service.Process);
            return false;
        }

        if (service.Readiness is not ReadinessSpec.Notify) return true;
        var owner = IsGiven(service.Process) ? account.Identity : null;
        return notifications.TryOpen(service.Name, owner, out notifySocket, out error);
    }

    /// <summary>On a thread of the launcher.</summary>
    /// <returns>Null where the process runs.</returns>
    public SpawnError? Launch(Spawner spawner, WorkerStart start, out Spawned? spawned, out string? group)
    {
        (spawned, group) = (null, null);
        var (service, worker) = (start.Spec, start.Slot.Name);
        if (groups is null && Unlimited(service.Process.Limits.Group) is { } unlimited) return unlimited;
        if (!TryReadFiles(service, start.Control, out var fromFiles, out var error)) return error;
        var changed = IsGiven(service.Process) ? start.Account : null;
        var launch = LaunchSpec.Of(service, worker, start.Generation, _inherited, fromFiles, preload, changed);
        if (start.NotifySocket is { } path) launch = launch.With("NOTIFY_SOCKET", path);
        var request = Request(service.Process, worker, launch, start.Account) with { StderrVariable = LaunchSpec.StderrVariable };
        if (groups is null)
        {
            spawner.TrySpawn(request, out spawned, out error, start.Control);
            return error;
        }

        group = CgroupName.For(worker, start.Generation);
        start.Control.Reach("cgroup", group);
        if (!groups.TryMake(ref group, service.Process.Limits.Group, out var directory, out error)) return error;
        using (directory)
            if (TrySpawn(spawner, request, directory, service.Process.Limits.Group, start.Control, out spawned, out error)) return null;
        // Of a program that was killed just after its exec, children may live.
        groups.End(group, Patience);
        return error;
    }

    /// <summary>
    /// A command that runs as a worker does, with its environment but for the preload library, and without output. On a thread of
    /// the launcher.
    /// </summary>
    /// <returns>Null where the process runs.</returns>
    public SpawnError? LaunchProbe(
        Spawner spawner,
        SpawnControl control,
        ServiceSpec service,
        WorkerName worker,
        WorkerProcess process,
        ValueList<Template> command,
        out Spawned? spawned)
    {
        spawned = null;
        if (!TryReadFiles(service, control, out var fromFiles, out var error)) return error;
        var changed = IsGiven(service.Process) ? process.Account : null;
        var launch = LaunchSpec.OfProbe(
            service, worker, process.Generation, process.Handle.Pid, command, _inherited, fromFiles, changed);
        var quiet = service.Process with { Stdout = new OutputTarget.Null(), Stderr = new OutputTarget.Null() };
        // What it leaves behind is found with what the worker leaves.
        using var group = process.Group is { } name ? groups?.Open(name) : null;
        var request = Request(quiet, worker, launch, process.Account);
        if (group is null) spawner.TrySpawn(request, out spawned, out error, control);
        else TrySpawn(spawner, request, group, service.Process.Limits.Group, control, out spawned, out error);
        return error;
    }

    /// <summary>A probe's start is held up: what is in its worker's group has had its quota lifted for long enough.</summary>
    public void RestoreQuota(WorkerProcess process, ServiceSpec service)
    {
        using var group = process.Group is { } name ? groups?.Open(name) : null;
        if (group is not null) CgroupLimits.RestoreQuota(group, service.Process.Limits.Group);
    }

    /// <summary>Whom a process runs as, and whether what it executes may gain rights.</summary>
    public static Credentials CredentialsOf(ProcessSpec process, Account account)
    {
        var identity = account.Identity;
        var isOther = identity.Uid != UserDatabase.EffectiveUser || identity.Gid != UserDatabase.EffectiveGroup;
        return new Credentials(identity, process.Privileges.NoNewPrivileges ?? isOther);
    }

    private static bool TryReadFiles(
        ServiceSpec service,
        SpawnControl control,
        out List<KeyValuePair<string, string>> variables,
        [NotNullWhen(false)] out SpawnError? error)
    {
        control.Reach("env_file", string.Join(' ', service.Process.EnvironmentFiles));
        return EnvironmentFiles.TryRead(service.Process.EnvironmentFiles, out variables, out error);
    }

    private static bool TrySpawn(
        Spawner spawner,
        SpawnRequest request,
        CgroupDirectory group,
        GroupLimits limits,
        SpawnControl control,
        [NotNullWhen(true)] out Spawned? spawned,
        [NotNullWhen(false)] out SpawnError? error)
    {
        CgroupLimits.LiftQuota(group, limits);
        var done = spawner.TrySpawn(request with { Cgroup = group }, out spawned, out error, control);
        CgroupLimits.RestoreQuota(group, limits);
        return done;
    }

    /// <summary>Ends a group whose process came to nothing.</summary>
    public void Abandon(string? group)
    {
        if (group is not null) groups?.End(group, Patience);
    }

    /// <summary>A worker is not started without the limits that were asked for.</summary>
    private static SpawnError? Unlimited(GroupLimits limits) =>
        CgroupLimits.Of(limits).Select(limit => new SpawnError(limit.Name, limit.Text, Errno.NotSupported)).FirstOrDefault();

    /// <summary>Whether the service says whom it runs as, be it the same as the daemon.</summary>
    private static bool IsGiven(ProcessSpec process) =>
        process.User is not null || process.Group is not null || process.Privileges.SupplementaryGroups is not null;

    private static SpawnRequest Request(ProcessSpec process, WorkerName worker, LaunchSpec launch, Account account)
    {
        const string pathVariable = "PATH=";
        var path = launch.Environment.FirstOrDefault(entry => entry.StartsWith(pathVariable, StringComparison.Ordinal));
        return new SpawnRequest
        {
            Arguments = launch.Arguments,
            Candidates = ProgramPath.Candidates(launch.Arguments[0], path?[pathVariable.Length..]),
            Environment = launch.Environment,
            WorkingDirectory = launch.WorkingDirectory,
            Identity = IsGiven(process) ? account.Identity : null,
            Account = account,
            AmbientCapabilities = process.Privileges.AmbientCapabilities,
            NoNewPrivileges = CredentialsOf(process, account).NoNewPrivileges,
            Umask = process.Umask,
            Limits = process.Limits.Resources,
            Nice = process.Limits.Nice,
            OomScoreAdjust = process.Limits.OomScoreAdjust,
            Scheduling = process.Limits.Scheduling,
            IoPriority = process.Limits.IoPriority,
            Cpus = CpuSet.For(process.Limits.CpuAffinity, worker.Index),
            Stdout = process.Stdout,
            Stderr = process.Stderr,
        };
    }
}
