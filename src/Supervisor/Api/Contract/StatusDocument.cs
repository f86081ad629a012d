namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/status</c>, with <c>name=</c> once for each name or pattern. Durations are seconds.</summary>
/// <param name="Version">Of the daemon, as <c>1.2.3</c>.</param>
/// <param name="Uptime">Of the daemon.</param>
/// <param name="Workers">Those that were asked for, by service and number.</param>
internal sealed record StatusDocument(string Version, double Uptime, IReadOnlyList<WorkerStatus> Workers)
{
    /// <summary>Whether the files on disk say something else than what runs; absent where nobody could tell yet.</summary>
    public bool? Pending { get; init; }

    /// <summary><c>net.ipv4.tcp_migrate_req</c> of the daemon's network namespace; absent where the kernel has none.</summary>
    public bool? TcpMigrateReq { get; init; }

    /// <summary>The longest time that anything has waited for the daemon's loop in the last 15 to 45 seconds.</summary>
    public double? LoopDelay { get; init; }

    /// <summary>How connections are steered: ebpf, cbpf, or none where the kernel's hash decides alone.</summary>
    public string? Steering { get; init; }

    /// <summary>
    /// Services of these workers whose number of workers was given by hand (<c>scale</c>); absent where there are none.
    /// </summary>
    public IReadOnlyList<ScaledService>? Scaled { get; init; }

    /// <summary>
    /// Planned restarts of services of these workers that are on their way or have stopped half way; absent where there are none.
    /// </summary>
    public IReadOnlyList<ServiceUpdate>? Updates { get; init; }
}

/// <summary>How far the planned restart of a service is.</summary>
/// <param name="Done">Workers that are new already; of a rollback, that are what they were.</param>
/// <param name="Of">Workers that are to be.</param>
/// <param name="Paused">
/// Whether it goes on only when somebody says how: <c>resume</c>, <c>rollback</c> or another configuration.
/// </param>
internal sealed record ServiceUpdate(string Service, int Done, int Of, bool Paused)
{
    /// <summary>True where they become again what they were; else absent.</summary>
    public bool? Rollback { get; init; }

    /// <summary>Why it stopped; absent where nothing has failed.</summary>
    public string? Failure { get; init; }
}

/// <summary>A service that has another number of workers than its file gives, as somebody said so by hand.</summary>
/// <param name="Workers">That it is to have.</param>
/// <param name="Declared">That its file gives.</param>
internal sealed record ScaledService(string Service, int Workers, int Declared);

/// <summary>One worker.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">stopped, starting, ready, draining, stopping, waiting (for room), backoff or failed.</param>
/// <param name="Pid">Of its process; absent where none runs.</param>
/// <param name="Generation">Number of its newest process, from 1; 0 before the first.</param>
/// <param name="Restarts">
/// Processes started because another ended or failed to start, since it was last taken out of failed, or reset.
/// </param>
/// <param name="Uptime">Of its process; absent where none runs.</param>
/// <param name="NextTry">Until it is started again, in backoff.</param>
/// <param name="LastExit">How its last process ended.</param>
/// <param name="Detail">What it waits for, or why it failed.</param>
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
    /// <summary>The service that it is a worker of.</summary>
    public string Service { get; init; } = "";

    /// <summary>Its number in the service, from 0.</summary>
    public int Index { get; init; }

    /// <summary>For how long it has been ready; absent where it is not.</summary>
    public double? ReadySeconds { get; init; }

    /// <summary>
    /// Ports that the kernel said it serves, where it was asked as no outcome lines come; absent where it was not, and of one
    /// that has ended.
    /// </summary>
    public IReadOnlyList<int>? KernelPorts { get; init; }

    /// <summary>
    /// Last line of stderr, else of stdout, of the process that came to nothing: of a worker in backoff or failed its newest, of
    /// one that starts again the process before, of one that was not replaced the replacement. Controls are escaped, and a long
    /// line is cut. Absent where no process failed, or it wrote nothing that the daemon reads.
    /// </summary>
    public string? LastLine { get; init; }

    /// <summary>True while it is to be replaced by a planned restart, or is on its way; else absent.</summary>
    public bool? Updating { get; init; }

    /// <summary>
    /// Connections that its former process, or it itself, still has and drains; absent where nobody drains or could look.
    /// </summary>
    public int? Draining { get; init; }

    /// <summary>Connections, or datagrams, that it was given; absent where nobody counts.</summary>
    public ulong? Given { get; init; }

    /// <summary>Connections that it took over from workers that ended or were stuck; absent as <see cref="Given"/> is.</summary>
    public ulong? Migrated { get; init; }

    /// <summary>CPU time of its process so far; absent where none runs.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Of one CPU's time, since its process was started: two CPUs kept busy are 200.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Resident bytes of its process, what it started not counted.</summary>
    public long? Memory { get; init; }
}

/// <summary>The newest outcome of a <c>bind</c> or <c>listen</c> on one type, address and port.</summary>
/// <param name="Call">bind or listen.</param>
/// <param name="Type">stream or dgram; another as the preload library names it.</param>
/// <param name="Sharded">Whether the socket matched the filters.</param>
/// <param name="Result">"ok", or the name of the errno.</param>
internal sealed record BindStatus(string Call, string Type, string Address, int Port, bool Sharded, string Result);
