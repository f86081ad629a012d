using System.Buffers;
using System.Globalization;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Values of unit files: times, sizes, yes and no.</summary>
internal static class UnitValues
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    private static readonly SearchValues<char> DigitsAndBlank = SearchValues.Create("0123456789. ");

    private static readonly (string[] Names, long Ticks)[] Units =
    [
        (["us", "usec", "µs", "μs"], TimeSpan.TicksPerMicrosecond), (["ms", "msec"], TimeSpan.TicksPerMillisecond),
        (["s", "sec", "second", "seconds", ""], TimeSpan.TicksPerSecond), (
            ["m", "min", "minute", "minutes"], TimeSpan.TicksPerMinute),
        (["h", "hr", "hour", "hours"], TimeSpan.TicksPerHour), (["d", "day", "days"], TimeSpan.TicksPerDay),
        (["w", "week", "weeks"], TimeSpan.TicksPerDay * 7), (["M", "month", "months"], TimeSpan.TicksPerDay * 30),
        (["y", "year", "years"], TimeSpan.TicksPerDay * 365),
    ];

    /// <summary>Parses a span of systemd.time(7): <c>5min 20s</c>, <c>90</c>, <c>infinity</c>.</summary>
    /// <returns><see cref="TimeSpan.MaxValue"/> for no limit; null for another text.</returns>
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

    /// <summary>Parses bytes with K, M, G and T to the base 1024.</summary>
    public static long? Bytes(string text)
    {
        var power = text.Length > 0 ? "BKMGT".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) : -1;
        return Sources.Nodes.Bytes(power < 0 ? text : text[..^1], Math.Max(0, power));
    }

    public static long? Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool IsTrue(string text) => text.ToLowerInvariant() is "1" or "yes" or "true" or "on" or "y" or "t";
}
