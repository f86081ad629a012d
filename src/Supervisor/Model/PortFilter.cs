using System.Globalization;

namespace Reuseportd.Model;

/// <summary>Ports <paramref name="First"/> to <paramref name="Last"/>, both included, 1 to 65535.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    public bool Contains(int port) => port >= First && port <= Last;

    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");
}

/// <summary>The ports that a service shards: a list of ports and ranges, or any (an empty list).</summary>
internal sealed record PortFilter(ValueList<PortRange> Ranges)
{
    public static readonly PortFilter Any = new([]);

    public bool IsAny => Ranges.Count == 0;

    public bool Contains(int port) => IsAny || Ranges.Any(range => range.Contains(port));

    /// <summary>The form that <c>LIBREUSEPORT_PORT</c> takes; empty for any.</summary>
    public override string ToString() => string.Join(',', Ranges);
}
