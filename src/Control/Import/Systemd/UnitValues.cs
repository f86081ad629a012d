using System.Buffers;
using System.Globalization;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Values of unit files: times, sizes, yes and no. Each returns null for a value that systemd refuses.</summary>
internal static class UnitValues
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly SearchValues<char> DigitsAndBlank = SearchValues.Create("0123456789. ");

    private static readonly (string[] Names, long Ticks)[] Units =
    [
        (["us", "usec", "µs", "μs"], TimeSpan.TicksPerMicrosecond), (["ms", "msec"], TimeSpan.TicksPerMillisecond),
        (["s", "sec", "second", "seconds", ""], TimeSpan.TicksPerSecond),
        (["m", "min", "minute", "minutes"], TimeSpan.TicksPerMinute),
        (["h", "hr", "hour", "hours"], TimeSpan.TicksPerHour), (["d", "day", "days"], TimeSpan.TicksPerDay),
        (["w", "week", "weeks"], TimeSpan.TicksPerDay * 7), (["M", "month", "months"], TimeSpan.TicksPerDay * 30),
        (["y", "year", "years"], TimeSpan.TicksPerDay * 365),
    ];

    /// <summary>Parses a span of systemd.time(7): <c>5min 20s</c>, <c>90</c>, <c>infinity</c>.</summary>
    /// <returns><see cref="TimeSpan.MaxValue"/> for no limit.</returns>
    public static TimeSpan? Span(string text)
    {
        if (text is "infinity") return TimeSpan.MaxValue;
        var sum = 0m;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty) return null;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits) is var end and >= 0 ? end : rest.Length;
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..].TrimStart();
            var letters = rest.IndexOfAny(DigitsAndBlank) is var next and >= 0 ? next : rest.Length;
            var name = rest[..letters].ToString();
            var unit = Array.Find(Units, unit => unit.Names.Contains(name)).Ticks;
            if (unit == 0 || number > long.MaxValue / unit) return null;
            sum += number * unit;
            rest = rest[letters..].TrimStart();
        }

        return sum > TimeSpan.MaxValue.Ticks ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)sum);
    }

    /// <summary>As <see cref="Span"/>, for a limit that 0 switches off.</summary>
    public static TimeSpan? Limit(string text)
    {
        var span = Span(text);
        return span == TimeSpan.Zero ? TimeSpan.MaxValue : span;
    }

    /// <summary>Parses bytes with K, M, G and T to the base 1024.</summary>
    public static long? Bytes(string text)
    {
        var power = text.Length > 0 ? "BKMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) : -1;
        return Nodes.Bytes(power < 0 ? text : text[..^1], Math.Max(0, power));
    }

    /// <summary>Parses the raw limit, or with a sign a nice level, systemd.exec(5), "LimitNICE".</summary>
    public static long? NiceLimit(string text) => text.StartsWith('+') || text.StartsWith('-')
        ? Nodes.Integer(text) is >= -20 and <= 19 and var level ? 20 - level : null
        : Nodes.Integer(text);

    public static decimal? Percent(string text) =>
        text.EndsWith('%') && Nodes.Decimal(text[..^1]) is >= 0 and <= 1_000_000 and var percent ? percent : null;

    public static bool? Flag(string text) => text.ToLowerInvariant() switch
    {
        "1" or "yes" or "y" or "true" or "t" or "on" => true,
        "0" or "no" or "n" or "false" or "f" or "off" => false,
        _ => null,
    };
}
