namespace Reuseportd.Model;

/// <summary>How the preload library treats a socket option. The number is the value of the environment variable.</summary>
internal enum OptionSetting
{
    System = -1,
    Clear = 0,
    Set = 1,
}

/// <summary>How the sockets of a worker get their options.</summary>
internal enum ShardingMethod
{
    /// <summary>The best methods that the program and the privileges of the daemon allow.</summary>
    Auto,

    /// <summary>The preload library, in the program.</summary>
    Preload,

    /// <summary>BPF programs of the worker's control group.</summary>
    Kernel,

    /// <summary>The daemon answers the bind(2) calls of the program (seccomp_unotify(2)).</summary>
    Seccomp,
}

internal static class ShardingMethods
{
    /// <summary>The method's name in the configuration, in status and in fields of events.</summary>
    public static string Word(this ShardingMethod method) => method switch
    {
        ShardingMethod.Auto => "auto",
        ShardingMethod.Preload => "preload",
        ShardingMethod.Kernel => "kernel",
        ShardingMethod.Seccomp => "seccomp",
        _ => throw new InvalidOperationException($"no such method: {method}"),
    };
}

/// <summary>How connections are distributed over the workers.</summary>
internal enum Balance
{
    /// <summary>Round robin for TCP, hash for UDP.</summary>
    Default,
    RoundRobin,
    Random,
    Hash,
    LeastQueue,
}

/// <summary>The <c>reuseport</c> section: which sockets are sharded, and how.</summary>
/// <param name="Ports">Ports to shard.</param>
/// <param name="Addresses">Addresses and prefixes in the form of <c>LIBREUSEPORT_ADDR</c>; empty for any.</param>
/// <param name="Interface">Network interface to bind matching sockets to, or null.</param>
/// <param name="Backlog">Smallest backlog of <c>listen(2)</c> on matching sockets; null to leave the backlog unchanged.</param>
/// <param name="Debug">True if the library writes outcome lines.</param>
internal sealed record ReuseportSpec(
    PortFilter Ports,
    ValueList<string> Addresses,
    string? Interface,
    OptionSetting ReusePort,
    OptionSetting ReuseAddress,
    int? Backlog,
    bool Debug,
    Balance Balance)
{
    /// <summary>The configured method.</summary>
    public ShardingMethod Method { get; init; }

    /// <summary>
    /// True if a worker may bind its listed ports below 1024 without CAP_NET_BIND_SERVICE, under
    /// <see cref="ShardingMethod.Kernel"/>.
    /// </summary>
    public bool PrivilegedPorts { get; init; }
}
