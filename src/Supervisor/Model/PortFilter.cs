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

/// <summary>The ports that a service shards: ports and ranges; an empty list stands for any port.</summary>
internal sealed record PortFilter(ValueList<PortRange> Ranges)
{
    public static readonly PortFilter Any = new([]);

    public bool IsAny => Ranges.Count == 0;

    public bool Contains(int port) => IsAny || Ranges.Any(range => range.Contains(port));

    /// <summary>The form of <c>LIBREUSEPORT_PORT</c>; empty for any port.</summary>
    public override string ToString() => string.Join(',', Ranges);
}
