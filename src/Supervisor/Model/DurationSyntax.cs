using System.Buffers;
using System.Globalization;

namespace Reuseportd.Model;

/// <summary>
/// The syntax of durations in the configuration and in the client's options: <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h30m</c>,
/// <c>1.5s</c>, <c>7d</c>, and 0 without a unit.
/// </summary>
internal static class DurationSyntax
{
    /// <summary>
    /// The longest duration that the configuration takes, far below the limits of the runtime's and the kernel's timers.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Describes a duration in error messages.</summary>
    public const string Accepts = "a duration such as 500ms, 5s or 2m";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <returns>
    /// Null if the text is not a duration; <see cref="TimeSpan.MaxValue"/> if a <see cref="TimeSpan"/> cannot hold it.
    /// </returns>
    public static TimeSpan? TryParse(ReadOnlySpan<char> text)
    {
        if (text is "0") return TimeSpan.Zero;
        if (text.IsEmpty) return null;
        var (sum, lastUnit) = (0m, decimal.MaxValue);
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || text[0] == '.' || text[digits - 1] == '.') return null;
            if (!IsNumber(text[..digits], out var number)) return null;
            text = text[digits..];
            var letters = text.IndexOfAnyInRange('0', '9') is var next and >= 0 ? next : text.Length;
            if (Ticks(text[..letters]) is not { } unit || unit >= lastUnit) return null;
            if (number > long.MaxValue / unit) return TimeSpan.MaxValue;
            sum += number * unit;
            lastUnit = unit;
            text = text[letters..];
        }

        return sum >= long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)sum);
    }

    /// <summary>The shortest text for a duration.</summary>
    public static string Text(TimeSpan duration)
    {
        var (ticks, unit) = duration.Ticks switch
        {
            0 => (TimeSpan.TicksPerSecond, "s"),
            var all when all % TimeSpan.TicksPerDay == 0 => (TimeSpan.TicksPerDay, "d"),
            var all when all % TimeSpan.TicksPerHour == 0 => (TimeSpan.TicksPerHour, "h"),
            var all when all % TimeSpan.TicksPerMinute == 0 => (TimeSpan.TicksPerMinute, "m"),
            var all when all % TimeSpan.TicksPerSecond == 0 => (TimeSpan.TicksPerSecond, "s"),
            _ => (TimeSpan.TicksPerMillisecond, "ms"),
        };
        return ((decimal)duration.Ticks / ticks).ToString(CultureInfo.InvariantCulture) + unit;
    }

    private static decimal? Ticks(ReadOnlySpan<char> unit) => unit switch
    {
        "d" => TimeSpan.TicksPerDay,
        "h" => TimeSpan.TicksPerHour,
        "m" or "min" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        _ => null,
    };

    /// <summary>True if the text is a number without a unit.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text, out decimal number) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
