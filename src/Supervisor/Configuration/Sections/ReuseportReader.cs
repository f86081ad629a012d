using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>The <c>reuseport</c> section as it was read.</summary>
/// <param name="Place">Where the ports are written.</param>
/// <param name="Path">Path of the ports.</param>
internal sealed record Sharding(ReuseportSpec Spec, IReadOnlyList<AddressRange> Addresses, Place Place, string Path);

/// <summary>The <c>reuseport</c> section: which sockets are sharded, and how.</summary>
internal static class ReuseportReader
{
    /// <summary>Stands for a section that has errors.</summary>
    public static readonly ReuseportSpec Unread =
        new(PortFilter.Any, [], null, OptionSetting.Set, OptionSetting.System, null, Debug: true, Balance.Default);

    private const string Accepts = "a map with at least 'ports'";

    /// <summary>The kernel holds a backlog in 32 bits, and cuts it to net.core.somaxconn.</summary>
    private const int LargestBacklog = int.MaxValue;

    private static readonly Words<OptionSetting> Options =
        new(("true", OptionSetting.Set), ("false", OptionSetting.Clear), ("system", OptionSetting.System));

    private static readonly Words<Balance> Balances = new(
        ("round_robin", Balance.RoundRobin), ("random", Balance.Random), ("hash", Balance.Hash),
        ("least_queue", Balance.LeastQueue));

    /// <returns>Null where the section is missing or wrong.</returns>
    public static Sharding? Read(Section service, Place place)
    {
        if (service.Require("reuseport", Accepts, place) is not { } field) return null;
        if (field.Section(Accepts) is not { } section) return null;
        var portsField = section.Require("ports", Ports.Accepts, field.Key);
        var ports = portsField is { } written ? Ports.Read(written) : null;
        var addresses = Addresses.Read(section, "address");
        var spec = new ReuseportSpec(
            ports ?? PortFilter.Any,
            addresses is null ? [] : [.. addresses.Select(address => address.Text)],
            section.Interface("interface"),
            Options.Read(section, "reuse_port") ?? OptionSetting.Set,
            Options.Read(section, "reuse_address") ?? OptionSetting.System,
            section.Integer("backlog", 1, LargestBacklog),
            section.Flag("debug") ?? true,
            Balances.Read(section, "balance") ?? Balance.Default);
        section.RejectUnknown();
        if (portsField is not { } at || ports is null || addresses is null) return null;
        return new Sharding(spec, [.. addresses.Select(address => address.Range)], at.Node.Place, at.Path);
    }
}
