using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>The <c>reuseport</c> section, and the places of its values.</summary>
/// <param name="Place">Place of the ports.</param>
/// <param name="Path">Path of the ports.</param>
internal sealed record Sharding(ReuseportSpec Spec, IReadOnlyList<AddressRange> Addresses, Place Place, string Path);

/// <summary>The <c>reuseport</c> section: which sockets are sharded, and how.</summary>
internal static class ReuseportReader
{
    /// <summary>Takes the place of a section that has errors.</summary>
    public static readonly ReuseportSpec Unread =
        new(PortFilter.Any, [], null, OptionSetting.Set, OptionSetting.System, null, Debug: true, Balance.Default);

    private const string Accepts = "a map with at least 'ports'";

    /// <summary>The kernel stores a backlog in 32 bits, and limits it to net.core.somaxconn.</summary>
    private const int LargestBacklog = int.MaxValue;

    public static readonly Words<OptionSetting> Options =
        new(("true", OptionSetting.Set), ("false", OptionSetting.Clear), ("system", OptionSetting.System));

    public static readonly Words<Balance> Balances = new(
        ("round_robin", Balance.RoundRobin), ("random", Balance.Random), ("hash", Balance.Hash),
        ("least_queue", Balance.LeastQueue));

    public static readonly Words<ShardingMethod> Methods = new(
        [.. Enum.GetValues<ShardingMethod>().Select(method => (method.Word(), method))]);

    private static readonly Key PortsKey = new(
        "ports", Ports.Shape,
        "Ports that the workers share: a port, a list, ranges such as 8000-8010, or any. Other ports are left unchanged.") {
            IsRequired = true,
        };

    private static readonly Key Address = new(
        "address", Addresses.Shape,
        "Only sockets bound to these addresses are shared: IPv4, IPv6 or prefixes such as 10.0.0.0/8; an address or a list. "
        + "Default: any.");

    private static readonly Key Interface =
        new(
            "interface", Interfaces.Shape,
            "Network interface that matching sockets are bound to. If binding to it fails, the program's bind fails.");

    private static readonly Key ReusePort =
        Key.Choice(
            "reuse_port", Options, "SO_REUSEPORT of matching sockets: set, cleared, or unchanged (system).", OptionSetting.Set);

    private static readonly Key ReuseAddress =
        Key.Choice(
            "reuse_address", Options, "SO_REUSEADDR of matching sockets: set, cleared, or unchanged (system).",
            OptionSetting.System);

    private static readonly Key Backlog = Key.Integer(
        "backlog", 1, LargestBacklog,
        "Smallest backlog of listen(2) on matching sockets; the kernel limits it to net.core.somaxconn. Default: the program's.");

    private static readonly Key Debug =
        Key.Flag(
            "debug", "Whether the preload library reports each bind. Without reports, readiness is read from the kernel.",
            defaultValue: true);

    private static readonly Key MethodKey = Key.Choice(
        "method", Methods,
        "How sockets get their options: the preload library, BPF programs of the worker's control group (kernel), or calls that "
        + "the daemon answers (seccomp). auto: the best that the program and the daemon's privileges allow.",
        ShardingMethod.Auto);

    private static readonly Key PrivilegedPorts = Key.Flag(
        "privileged_ports",
        "Whether a worker may bind the listed ports below 1024 without CAP_NET_BIND_SERVICE. Needs the kernel method.",
        defaultValue: false);

    private static readonly Key BalanceKey =
        Key.Choice("balance", Balances, "How connections are distributed over the workers.");

    public static readonly Shape.Map Map = new(
        PortsKey, Address, Interface, ReusePort, ReuseAddress, Backlog, Debug, BalanceKey, MethodKey, PrivilegedPorts);

    public static readonly Key Key =
        new("reuseport", Map, "Which sockets of the workers are shared, and how.") { IsRequired = true };

    /// <returns>Null if the section is missing or has errors.</returns>
    public static Sharding? Read(Section service, Place place, LoadContext context)
    {
        if (service.Require(Key, Accepts, place) is not { } field) return null;
        if (field.Section(Map, Accepts) is not { } section) return null;
        var portsField = section.Require(PortsKey, Ports.Accepts, field.Key);
        var ports = portsField is { } written ? Ports.Read(written) : null;
        var addresses = Addresses.Read(section, Address);
        var spec = new ReuseportSpec(
            ports ?? PortFilter.Any,
            addresses is null ? [] : [.. addresses.Select(address => address.Text)],
            section.Interface(Interface),
            Options.Read(section, ReusePort) ?? OptionSetting.Set,
            Options.Read(section, ReuseAddress) ?? OptionSetting.System,
            section.Integer(Backlog),
            section.Flag(Debug) ?? true,
            Balances.Read(section, BalanceKey) ?? Balance.Default)
        {
            Method = Methods.Read(section, MethodKey) ?? ShardingMethod.Auto,
            PrivilegedPorts = section.Flag(PrivilegedPorts) ?? false,
        };
        section.RejectUnknown();
        if (spec.PrivilegedPorts) CheckPrivileged(section, spec);
        if (context.NoKernelMethod is { } reason) WarnOfKernel(section, spec, reason);
        if (portsField is not { } at || ports is null || addresses is null) return null;
        return new Sharding(spec, [.. addresses.Select(address => address.Range)], at.Node.Place, at.Path);
    }

    private static void WarnOfKernel(Section section, ReuseportSpec spec, string reason)
    {
        if (spec.Method is ShardingMethod.Kernel)
            section.Find(MethodKey)!.Value.Warning($"method kernel cannot be used here: {reason}");
        if (spec.PrivilegedPorts)
            section.Find(PrivilegedPorts)!.Value.Warning($"has no effect, as method kernel cannot be used here: {reason}");
    }

    private static void CheckPrivileged(Section section, ReuseportSpec spec)
    {
        var field = section.Find(PrivilegedPorts)!.Value;
        if (spec.Method is ShardingMethod.Preload or ShardingMethod.Seccomp)
            field.Error($"needs 'method: kernel' or 'method: auto', not '{spec.Method.Word()}'");
        else if (spec.Ports.IsAny) field.Error("needs a list of 'ports', not any");
    }
}
