namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/status</c>, with <c>name=</c> once for each name or pattern. Durations are seconds.</summary>
/// <param name="Version">Version of the daemon: <c>1.2.3</c>.</param>
/// <param name="Uptime">Of the daemon, and of the earlier daemons that it has taken the workers over from.</param>
/// <param name="Workers">The workers that the names match, by service and number.</param>
internal sealed record StatusDocument(string Version, double Uptime, IReadOnlyList<WorkerStatus> Workers)
{
    /// <summary>True if the files on disk differ from the running services; absent before the first comparison.</summary>
    public bool? Pending { get; init; }

    /// <summary><c>net.ipv4.tcp_migrate_req</c> of the daemon's network namespace; absent before Linux 5.14.</summary>
    public bool? TcpMigrateReq { get; init; }

    /// <summary>The longest time that a message has waited for the daemon's loop in the last 15 to 45 seconds.</summary>
    public double? LoopDelay { get; init; }

    /// <summary>The kind of steering: ebpf, cbpf, or none (the kernel's hash alone chooses the worker).</summary>
    public string? Steering { get; init; }

    /// <summary>The state of the host for load balancers; absent while the host serves.</summary>
    public HostStatus? Host { get; init; }

    /// <summary>Workers that this daemon has taken over from an earlier one; absent if it has started with none.</summary>
    public AdoptedWorkers? Adopted { get; init; }

    /// <summary>Services of these workers that a <c>scale</c> has given another number of workers; absent for none.</summary>
    public IReadOnlyList<ScaledService>? Scaled { get; init; }

    /// <summary>Updates of services of these workers that run or are paused; absent for none.</summary>
    public IReadOnlyList<ServiceUpdate>? Updates { get; init; }
}

/// <summary>A host that is not ready for load balancers.</summary>
/// <param name="State">leaving, draining, drained or stopping.</param>
/// <param name="DrainsIn">While leaving: time until the workers drain; else absent.</param>
internal sealed record HostStatus(string State, double? DrainsIn);

/// <summary>Running workers that this daemon has taken over from an earlier one.</summary>
/// <param name="Of">Running workers that the earlier daemon had.</param>
/// <param name="Ago">Time since then.</param>
internal sealed record AdoptedWorkers(int Workers, int Of, double Ago);

/// <summary>Progress of the update of a service.</summary>
/// <param name="Done">Workers that are replaced.</param>
/// <param name="Of">All workers of the update.</param>
/// <param name="Paused">True if the update waits for <c>resume</c>, <c>rollback</c> or another configuration.</param>
internal sealed record ServiceUpdate(string Service, int Done, int Of, bool Paused)
{
    /// <summary>True if the update restores the former specification; else absent.</summary>
    public bool? Rollback { get; init; }

    /// <summary>The reason why the update stopped; absent if no worker of the update has failed.</summary>
    public string? Failure { get; init; }
}

/// <summary>A service that a <c>scale</c> has given another number of workers than its file.</summary>
/// <param name="Workers">Number of workers by the command.</param>
/// <param name="Declared">Number of workers by the file.</param>
internal sealed record ScaledService(string Service, int Workers, int Declared);

/// <summary>A worker.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">stopped, starting, ready, draining, stopping, waiting (for room), backoff or failed.</param>
/// <param name="Pid">Process id; absent if no process runs.</param>
/// <param name="Generation">Number of the newest process, from 1; 0 before the first.</param>
/// <param name="Restarts">
/// Processes that were started because an earlier one ended or failed to start. A reset, or a start of a failed worker, clears
/// the number.
/// </param>
/// <param name="Uptime">Of the process; absent if no process runs.</param>
/// <param name="NextTry">Time until the next start, in backoff.</param>
/// <param name="LastExit">Exit code or signal of the last process.</param>
/// <param name="Detail">The condition that the worker waits for, or the reason why it failed.</param>
/// <param name="Binds">The newest outcome for each call, type, address and port.</param>
internal sealed record WorkerStatus(
    string Name,
    string State,
    int? Pid,
    int Generation,
    int Restarts,
    double? Uptime,
    double? NextTry,
    string? LastExit,
    string? Detail,
    IReadOnlyList<BindStatus> Binds)
{
    /// <summary>The service of the worker.</summary>
    public string Service { get; init; } = "";

    /// <summary>Number of the worker in its service, from 0.</summary>
    public int Index { get; init; }

    /// <summary>Time since the worker became ready; absent if the worker is not ready.</summary>
    public double? ReadySeconds { get; init; }

    /// <summary>
    /// Ports that sock_diag showed while the worker started. The daemon asks only if no outcome lines come. Absent for none, and
    /// if no process runs.
    /// </summary>
    public IReadOnlyList<int>? KernelPorts { get; init; }

    /// <summary>
    /// Last line of stderr, else of stdout, of the failed process: in backoff and failed the newest process, in starting the
    /// former process. For a worker that was not replaced: of its replacement. Control characters are escaped, and a long line is
    /// cut. Absent if no process failed, or if the process wrote nothing that the daemon reads.
    /// </summary>
    public string? LastLine { get; init; }

    /// <summary>True until the update of the worker has replaced it; else absent.</summary>
    public bool? Updating { get; init; }

    /// <summary>Open connections of the process that drains, its own or its former one; absent for none or if unknown.</summary>
    public int? Draining { get; init; }

    /// <summary>
    /// How sockets of the process get their options: preload, kernel or seccomp; none if no method reaches the program. Absent if
    /// the worker never had a process.
    /// </summary>
    public string? Method { get; init; }

    /// <summary>
    /// Open TCP connections of the process, with those that wait to be accepted; absent if the kernel does not count them.
    /// </summary>
    public ulong? Connections { get; init; }

    /// <summary>
    /// TCP connections that wait to be accepted by the listeners of the process; absent if the listeners are not known.
    /// </summary>
    public long? AcceptQueue { get; init; }

    /// <summary>The most connections that may wait there; absent as <see cref="AcceptQueue"/>.</summary>
    public long? AcceptQueueLimit { get; init; }

    /// <summary>Connections, or datagrams, that were steered to the worker; absent if they are not counted.</summary>
    public ulong? Given { get; init; }

    /// <summary>Connections taken over from workers that ended or were stuck; absent as <see cref="Given"/>.</summary>
    public ulong? Migrated { get; init; }

    /// <summary>CPU time of the process; absent if no process runs.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Percent of one CPU since the start of the process: two busy CPUs are 200.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Resident bytes of the process, without its children.</summary>
    public long? Memory { get; init; }
}

/// <summary>The newest outcome of a <c>bind</c> or <c>listen</c> on one type, address and port.</summary>
/// <param name="Call">bind or listen.</param>
/// <param name="Type">stream or dgram; any other type as the preload library names it.</param>
/// <param name="Sharded">True if the filters of the service contain the socket.</param>
/// <param name="Result">"ok", the name of the errno, or "failed" if the errno is unknown.</param>
internal sealed record BindStatus(string Call, string Type, string Address, int Port, bool Sharded, string Result);
