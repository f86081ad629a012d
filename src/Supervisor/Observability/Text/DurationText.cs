using System.Globalization;

namespace Reuseportd.Observability.Text;

/// <summary>
/// Durations for messages: <c>0 ms</c>, <c>450 ms</c>, <c>2.3 s</c>, <c>3 min 5 s</c>, <c>2 h 5 min</c>, <c>3 d 4 h</c>.
/// </summary>
internal static class DurationText
{
    public static string Of(TimeSpan time)
    {
        // Rounded first: otherwise 59.97 s would become "60 s".
        var tenths = Math.Round(time.TotalSeconds, 1);
        var milliseconds = Math.Max(0, time.TotalMilliseconds);
        if (milliseconds < 999.5) return string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms");
        if (tenths < 60) return string.Create(CultureInfo.InvariantCulture, $"{tenths:0.#} s");
        var seconds = (long)Math.Round(time.TotalSeconds);
        return seconds switch
        {
            < 3600 => Pair(seconds / 60, "min", seconds % 60, "s"),
            < 86_400 => Pair(seconds / 3600, "h", seconds % 3600 / 60, "min"),
            _ => Pair(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
        };
    }

    private static string Pair(long large, string largeUnit, long small, string smallUnit) => small == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit}")
        : string.Create(CultureInfo.InvariantCulture, $"{large} {largeUnit} {small} {smallUnit}");
}
