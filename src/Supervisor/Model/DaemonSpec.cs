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

/// <summary>How connections of shared ports are steered.</summary>
internal enum SteeringChoice
{
    /// <summary>The best that is permitted.</summary>
    Auto,
    Program,
    Classic,
    None,
}

/// <summary>
/// Settings of the daemon itself; null where the file says nothing and the command line or the default decides.
/// </summary>
/// <param name="Log">Form of the log.</param>
/// <param name="LogLevel">Least severity that is logged.</param>
/// <param name="Socket">Path of the control socket.</param>
/// <param name="Preload">Path of <c>libreuseport.so</c>.</param>
/// <param name="StartParallelism">Workers that may be on their way from start to ready at one time.</param>
internal sealed record DaemonSpec(LogForm? Log, LogThreshold? LogLevel, string? Socket, string? Preload, int? StartParallelism)
{
    public SteeringChoice? Steering { get; init; }

    /// <summary>Group whose members may change things by the control socket.</summary>
    public string? SocketGroup { get; init; }

    /// <summary>Group whose members may look.</summary>
    public string? SocketReadOnlyGroup { get; init; }

    public static readonly DaemonSpec Default = new(null, null, null, null, null);
}

/// <summary>All that the YAML files say: the desired state.</summary>
internal sealed record FleetSpec(DaemonSpec Daemon, ValueList<ServiceSpec> Services)
{
    public static readonly FleetSpec Empty = new(DaemonSpec.Default, []);
}
