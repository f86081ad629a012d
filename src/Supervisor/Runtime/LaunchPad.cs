using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>A service and a slot to a running process: reads what is read at every spawn, and spawns.</summary>
/// <param name="environment">The daemon's own environment.</param>
/// <param name="preload">Absolute path of the preload library.</param>
/// <param name="notifications">Where workers say that they are ready.</param>
/// <param name="groups">Null where processes get no control groups.</param>
internal sealed class LaunchPad(
    Spawner spawner,
    IReadOnlyDictionary<string, string> environment,
    string preload,
    Notifications notifications,
    CgroupSubtree? groups)
{
    private readonly Dictionary<(string?, string?, ValueList<string>?), Account> _accounts = [];
    private readonly Dictionary<string, string> _inherited = Launch.Inherited(environment);

    /// <summary>Users and groups are looked up again: to be called when the configuration is.</summary>
    public void ForgetAccounts() => _accounts.Clear();

    /// <summary>Whom a process runs as; null for one that runs as the daemon does.</summary>
    public bool TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error)
    {
        identity = null;
        if (!TryAccount(process, out var account, out error)) return false;
        identity = IsGiven(process) ? account.Identity : null;
        return true;
    }

    /// <summary>That a file for output could not be opened.</summary>
    /// <param name="value">Stream and path: <c>stdout=/var/log/web.log</c>.</param>
    public SpawnError NotOpened(ProcessSpec process, string value, Errno errno) =>
        TryAccount(process, out var account, out var unknown) ? StartDiagnosis.OfOutput(value, errno, account) : unknown;

    public bool TryLaunch(
        ServiceSpec service,
        WorkerName worker,
        int generation,
        [NotNullWhen(true)] out Spawned? spawned,
        [NotNullWhen(true)] out Credentials? credentials,
        out string? group,
        [NotNullWhen(false)] out SpawnError? error)
    {
        (spawned, credentials, group) = (null, null, null);
        if (!TryAccount(service.Process, out var account, out error)) return false;
        if (!EnvironmentFiles.TryRead(service.Process.EnvironmentFiles, out var fromFiles, out error)) return false;
        var changed = IsGiven(service.Process) ? account : null;
        var launch = Launch.Of(service, worker, generation, _inherited, fromFiles, preload, changed);
        if (service.Readiness is ReadinessSpec.Notify)
        {
            if (!notifications.TryOpen(service.Name, changed?.Identity, out var path, out error)) return false;
            launch = launch.With("NOTIFY_SOCKET", path);
        }

        credentials = CredentialsOf(service.Process, account);
        var request = Request(service.Process, worker, launch, account) with { StderrVariable = Launch.StderrVariable };
        error = groups is null ? Unlimited(service.Process.Limits.Group) : null;
        if (error is not null) return false;
        return groups is null
            ? spawner.TrySpawn(request, out spawned, out error)
            : TryLaunch(request, service.Process.Limits.Group, CgroupName.Of(worker, generation), out group, out spawned, out error);
    }

    private bool TryLaunch(
        SpawnRequest request,
        GroupLimits limits,
        string wanted,
        out string? group,
        [NotNullWhen(true)] out Spawned? spawned,
        [NotNullWhen(false)] out SpawnError? error)
    {
        spawned = null;
        group = wanted;
        if (!groups!.TryMake(ref group, limits, out var directory, out error)) return false;
        using (directory)
            if (TrySpawn(request, directory, limits, out spawned, out error)) return true;
        groups.Remove(group);
        return false;
    }

    private bool TrySpawn(
        SpawnRequest request,
        CgroupDirectory group,
        GroupLimits limits,
        [NotNullWhen(true)] out Spawned? spawned,
        [NotNullWhen(false)] out SpawnError? error)
    {
        CgroupLimits.LiftQuota(group, limits);
        var done = spawner.TrySpawn(request with { Cgroup = group }, out spawned, out error);
        CgroupLimits.RestoreQuota(group, limits);
        return done;
    }

    /// <summary>
    /// A command that runs as a worker does, with its environment but for the preload library, and without output.
    /// </summary>
    public bool TryLaunchProbe(
        WorkerProcess process,
        ValueList<Template> command,
        [NotNullWhen(true)] out Spawned? spawned,
        [NotNullWhen(false)] out SpawnError? error)
    {
        spawned = null;
        var (service, worker) = (process.Slot.Spec, process.Slot.Name);
        if (!TryAccount(service.Process, out var account, out error)) return false;
        if (!EnvironmentFiles.TryRead(service.Process.EnvironmentFiles, out var fromFiles, out error)) return false;
        var changed = IsGiven(service.Process) ? account : null;
        var launch = Launch.OfProbe(service, worker, process.Generation, process.Handle.Pid, command, _inherited, fromFiles, changed);
        var quiet = service.Process with { Stdout = new OutputTarget.Null(), Stderr = new OutputTarget.Null() };
        // What it leaves behind is found with what the worker leaves.
        using var group = process.Group is { } name ? groups?.Open(name) : null;
        var request = Request(quiet, worker, launch, account);
        return group is null
            ? spawner.TrySpawn(request, out spawned, out error)
            : TrySpawn(request, group, service.Process.Limits.Group, out spawned, out error);
    }

    /// <summary>Ends a group whose process came to nothing.</summary>
    public void Abandon(string? group)
    {
        if (group is not null) groups?.End(group, TimeSpan.FromSeconds(1));
    }

    /// <summary>A worker is not started without the limits that were asked for.</summary>
    private static SpawnError? Unlimited(GroupLimits limits) =>
        CgroupLimits.Of(limits).Select(limit => new SpawnError(limit.Name, limit.Text, Errno.NotSupported)).FirstOrDefault();

    /// <summary>Whether the service says whom it runs as, be it the same as the daemon.</summary>
    private static bool IsGiven(ProcessSpec process) =>
        process.User is not null || process.Group is not null || process.Privileges.SupplementaryGroups is not null;

    private static Credentials CredentialsOf(ProcessSpec process, Account account)
    {
        var identity = account.Identity;
        var isOther = identity.Uid != Users.EffectiveUser || identity.Gid != Users.EffectiveGroup;
        return new Credentials(identity, process.Privileges.NoNewPrivileges ?? isOther);
    }

    private static SpawnRequest Request(ProcessSpec process, WorkerName worker, Launch launch, Account account)
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

    private bool TryAccount(ProcessSpec process, [NotNullWhen(true)] out Account? account, [NotNullWhen(false)] out SpawnError? error)
    {
        error = null;
        var groups = process.Privileges.SupplementaryGroups;
        var key = (process.User, process.Group, groups);
        if (_accounts.TryGetValue(key, out account)) return true;
        account = Users.Resolve(process.User, process.Group, out var problem);
        if (account is not null && groups is { } given) account = Users.WithGroups(account, given, out problem);
        if (account is null)
        {
            error = new SpawnError(problem ?? "user", "", Errno.None);
            return false;
        }

        _accounts.Add(key, account);
        return true;
    }
}
