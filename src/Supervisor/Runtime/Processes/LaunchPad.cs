using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// Spawns the process of a slot: reads the files that are read at every start, makes the control group, and executes the program.
/// The launcher's threads do the work that can block (see <see cref="Launcher"/>). The loop's thread does the rest.
/// </summary>
/// <param name="environment">The daemon's own environment.</param>
/// <param name="preload">Absolute path of the preload library.</param>
/// <param name="notifications">The sockets for readiness notifications of workers.</param>
/// <param name="groups">Null if processes get no control groups.</param>
/// <param name="methods">Chooses how the sockets of a process get their options.</param>
internal sealed class LaunchPad(
    IReadOnlyDictionary<string, string> environment,
    string preload,
    Accounts accounts,
    Notifications notifications,
    CgroupSubtree? groups,
    MethodTable methods) : IFileOwners
{
    /// <summary>Time that a killed process gets to end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, string> _inherited = LaunchSpec.Inherited(environment);

    /// <param name="retry">Called when the account of the process is known.</param>
    /// <returns>True if <see cref="TryIdentity"/> has an answer.</returns>
    public bool PrepareIdentity(ProcessSpec process, Action retry) => accounts.Prepare(process, retry);

    /// <summary>The user that a process runs as; null if it runs as the daemon's user.</summary>
    public bool TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error)
    {
        identity = null;
        if (!accounts.TryFind(process, out var account, out error)) return false;
        identity = NamesUser(process) ? account.Identity : null;
        return true;
    }

    /// <summary>Describes an output file that could not be opened.</summary>
    /// <param name="value">Stream and path, such as <c>stdout=/var/log/web.log</c>.</param>
    public SpawnError NotOpened(ProcessSpec process, string value, Errno errno) =>
        accounts.TryFind(process, out var account, out var unknown) ? StartDiagnosis.OfOutput(value, errno, account) : unknown;

    /// <summary>Does the loop's share of a start. The account of the process must have been looked up.</summary>
    public bool TryPrepare(
        ServiceSpec service,
        [NotNullWhen(true)] out Account? account,
        out string? notifySocket,
        [NotNullWhen(false)] out SpawnError? error)
    {
        notifySocket = null;
        if (!accounts.TryFind(service.Process, out account, out error))
        {
            accounts.ForgetFailure(service.Process);
            return false;
        }

        if (service.Readiness is not ReadinessSpec.Notify) return true;
        return notifications.TryOpen(service.Name, OwnerOf(service.Process, account), out notifySocket, out error);
    }

    /// <summary>Spawns a worker's process. Runs on a thread of the launcher.</summary>
    public LaunchResult Launch(Spawner spawner, SpawnControl control, WorkerLaunch launched)
    {
        var process = launched.Service.Process;
        if (groups is null && MissingLimit(process.Limits.Group) is { } missing) return new() { Error = missing };
        if (!TryReadFiles(launched.Service, control, out var fromFiles, out var error)) return new() { Error = error };
        var request = WorkerRequest(launched, fromFiles, preload);
        control.Reach("program", request.Arguments[0]);
        var method = methods.Choose(
            process, request.Candidates, request.WorkingDirectory, CredentialsOf(process, launched.Account));
        var spawn = new MethodSpawn(spawner, control, request, () => WorkerRequest(launched, fromFiles, library: null));
        if (groups is not null) return LaunchInGroup(spawn, launched, method);
        var spawned = Spawn(spawn, process, null, ref method, out error);
        return new() { Spawned = spawned, Error = error, Method = method };
    }

    /// <summary>Spawns the process in a control group of its own.</summary>
    private LaunchResult LaunchInGroup(MethodSpawn spawn, WorkerLaunch launched, MethodChoice method)
    {
        var (process, group) = (launched.Service.Process, CgroupName.For(launched.Worker, launched.Generation));
        spawn.Control.Reach("cgroup", group);
        if (!groups!.TryMake(ref group, process.Limits.Group, out var directory, out var error))
            return new() { Error = error, Group = group };
        using (directory)
        {
            method = methods.Attach(method, process, CredentialsOf(process, launched.Account), directory, launched.Serial);
            if (Spawn(spawn, process, directory, ref method, out error) is { } spawned)
                return new() { Spawned = spawned, Group = group, GroupId = directory.Id, Method = method };
        }

        // The killed process may have forked after its exec.
        groups.End(group, Patience);
        return new() { Error = error, Group = group };
    }

    /// <summary>Spawns with a method. Only the spawn shows whether the kernel allows the filter of seccomp.</summary>
    private Spawned? Spawn(
        MethodSpawn spawn, ProcessSpec process, CgroupDirectory? group, ref MethodChoice method, out SpawnError? error)
    {
        while (true)
        {
            var request = spawn.Request(method) with { NotifyBinds = method.UsesSeccomp };
            if (methods.NeedsNoNewPrivileges(method)) request = request with { NoNewPrivileges = true };
            Spawned? spawned;
            if (group is null) spawn.Spawner.TrySpawn(request, out spawned, out error, spawn.Control);
            else TrySpawn(spawn.Spawner, request, group, process.Limits.Group, spawn.Control, out spawned, out error);
            if (error is not { Step: "seccomp" }) return spawned;
            method = methods.ChooseWithoutSeccomp(method, process, error.ToString());
        }
    }

    /// <param name="library">The preload library; null to start without it.</param>
    private SpawnRequest WorkerRequest(
        WorkerLaunch launched, List<KeyValuePair<string, string>> fromFiles, string? library)
    {
        var (service, worker) = (launched.Service, launched.Worker);
        var changed = NamesUser(service.Process) ? launched.Account : null;
        var launch = LaunchSpec.ForWorker(service, worker, launched.Generation, _inherited, fromFiles, library, changed);
        if (launched.NotifySocket is { } path) launch = launch.With("NOTIFY_SOCKET", path);
        return Request(service.Process, worker, launch, launched.Account) with
        {
            StderrVariable = library is null ? null : LaunchSpec.StderrVariable,
        };
    }

    /// <summary>
    /// Spawns a probe's command. It runs with the worker's user and environment, but without the preload library and without
    /// output. Runs on a thread of the launcher.
    /// </summary>
    /// <returns>Null if the process runs.</returns>
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
        var changed = NamesUser(service.Process) ? process.Account : null;
        var launch = LaunchSpec.ForProbe(
            service, worker, process.Generation, process.Handle.Pid, command, _inherited, fromFiles, changed);
        var quiet = service.Process with { Stdout = new OutputTarget.Null(), Stderr = new OutputTarget.Null() };
        // The worker's group also holds the processes that the command leaves behind.
        using var group = process.Group is { } name ? groups?.Open(name) : null;
        var request = Request(quiet, worker, launch, process.Account);
        if (group is null) spawner.TrySpawn(request, out spawned, out error, control);
        else TrySpawn(spawner, request, group, service.Process.Limits.Group, control, out spawned, out error);
        return error;
    }

    /// <summary>
    /// Restores the CPU quota of a worker's group when a probe's start is slow: the quota is lifted during a start.
    /// </summary>
    public void RestoreQuota(WorkerProcess process, ServiceSpec service)
    {
        using var group = process.Group is { } name ? groups?.Open(name) : null;
        if (group is not null) CgroupLimits.RestoreQuota(group, service.Process.Limits.Group);
    }

    /// <summary>The user of a service's socket for notifications; null for the daemon's own user.</summary>
    public static Identity? OwnerOf(ProcessSpec process, Account account) => NamesUser(process) ? account.Identity : null;

    /// <summary>The user that a process runs as, and whether its programs may gain privileges.</summary>
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
        Spawner spawner, SpawnRequest request, CgroupDirectory group, GroupLimits limits, SpawnControl control,
        [NotNullWhen(true)] out Spawned? spawned, [NotNullWhen(false)] out SpawnError? error)
    {
        CgroupLimits.LiftQuota(group, limits);
        var done = spawner.TrySpawn(request with { Cgroup = group }, out spawned, out error, control);
        CgroupLimits.RestoreQuota(group, limits);
        return done;
    }

    /// <summary>Ends the control group of a start that failed.</summary>
    public Errno Abandon(string group) => groups?.End(group, Patience) ?? Errno.None;

    /// <summary>A worker never starts without its configured limits.</summary>
    private static SpawnError? MissingLimit(GroupLimits limits) =>
        CgroupLimits.Of(limits).Select(limit => new SpawnError(limit.Name, limit.Text, Errno.NotSupported)).FirstOrDefault();

    /// <summary>True if the service names a user or group, even the daemon's own.</summary>
    private static bool NamesUser(ProcessSpec process) =>
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
            Identity = NamesUser(process) ? account.Identity : null,
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

    /// <param name="WithLibrary">The request for a process with the preload library.</param>
    /// <param name="WithoutLibrary">Makes the request for a process without it.</param>
    private sealed record MethodSpawn(
        Spawner Spawner, SpawnControl Control, SpawnRequest WithLibrary, Func<SpawnRequest> WithoutLibrary)
    {
        public SpawnRequest Request(MethodChoice method) => method.UsesLibrary ? WithLibrary : WithoutLibrary();
    }
}
