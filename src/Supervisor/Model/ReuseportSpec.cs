namespace Reuseportd.Model;

/// <summary>
/// What the preload library does with a socket option. The number is the one that its environment variable takes.
/// </summary>
internal enum OptionSetting
{
    System = -1,
    Clear = 0,
    Set = 1,
}

/// <summary>How connections are spread over the workers.</summary>
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
/// <param name="Addresses">Addresses and prefixes as <c>LIBREUSEPORT_ADDR</c> takes them; empty for any.</param>
/// <param name="Interface">Network interface that matching sockets are bound to, or null.</param>
/// <param name="Backlog">Least backlog of <c>listen(2)</c> on matching sockets, or null to leave it.</param>
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
