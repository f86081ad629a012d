namespace Reuseportd.Model;

/// <summary>How the preload library treats a socket option. The number is the value of the environment variable.</summary>
internal enum OptionSetting
{
    System = -1,
    Clear = 0,
    Set = 1,
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
/// <param name="Debug">Whether the library writes outcome lines.</param>
internal sealed record ReuseportSpec(
    PortFilter Ports,
    ValueList<string> Addresses,
    string? Interface,
    OptionSetting ReusePort,
    OptionSetting ReuseAddress,
    int? Backlog,
    bool Debug,
    Balance Balance);
