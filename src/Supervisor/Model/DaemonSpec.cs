using System.Text.Json.Serialization;

namespace Reuseportd.Model;

internal enum LogForm
{
    Auto,
    Console,
    Json,
    Journal,
}

internal enum LogThreshold
{
    Debug,
    Information,
    Warning,
    Error,
}

/// <summary>The kind of steering of connections to shared ports.</summary>
internal enum SteeringChoice
{
    /// <summary>The best way that the kernel and the privileges permit.</summary>
    Auto,
    Program,
    Classic,
    None,
}

/// <summary>Settings of the daemon. Null if the file has no such key: the command line or the default then decides.</summary>
/// <param name="Log">Format of the log.</param>
/// <param name="LogLevel">Lowest severity that is logged.</param>
/// <param name="Socket">Path of the control socket.</param>
/// <param name="Preload">Path of <c>libreuseport.so</c>.</param>
/// <param name="StartParallelism">Most workers between start and readiness at one time.</param>
internal sealed record DaemonSpec(LogForm? Log, LogThreshold? LogLevel, string? Socket, string? Preload, int? StartParallelism)
{
    public SteeringChoice? Steering { get; init; }

    /// <summary>False if the workers end with the daemon, so that no other program takes them over.</summary>
    public bool? KeepWorkers { get; init; }

    /// <summary>The port for machines and people.</summary>
    public ListenSpec Listen
    {
        // A state of an earlier version has none.
        get => field ?? ListenSpec.None;
        init;
    }

    /// <summary>
    /// The time for which the host is not ready for load balancers before a stop of the daemon drains its workers; null or zero
    /// for a stop at once.
    /// </summary>
    public TimeSpan? StopGrace { get; init; }

    /// <summary>Services whose failure ends the daemon.</summary>
    [JsonConverter(typeof(TextListConverter))]
    public ValueList<string> ExitOnFailed { get; init; } = [];

    /// <summary>Addresses and ports at which the daemon answers HAProxy's agent checks, such as <c>127.0.0.1:9181</c>.</summary>
    [JsonConverter(typeof(TextListConverter))]
    public ValueList<string> AgentCheck { get; init; } = [];

    /// <summary>Group whose members may change the state of the daemon through the control socket.</summary>
    public string? SocketGroup { get; init; }

    /// <summary>Group whose members may only read through the control socket.</summary>
    public string? SocketReadOnlyGroup { get; init; }

    public static readonly DaemonSpec Default = new(null, null, null, null, null);
}

/// <summary>The content of all YAML files: the desired state.</summary>
internal sealed record FleetSpec(DaemonSpec Daemon, ValueList<ServiceSpec> Services)
{
    public static readonly FleetSpec Empty = new(DaemonSpec.Default, []);
}
