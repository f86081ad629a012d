using System.Buffers;
using System.Globalization;

namespace Reuseportd.Control;

/// <summary>Durations as the configuration has them: <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h30m</c>.</summary>
internal static class Durations
{
    public const string Accepts = "a duration such as 500ms, 5s or 2m";

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <returns>Null for what is none, or is longer than a week.</returns>
    public static TimeSpan? TryParse(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return null;
        var (sum, last) = (0.0, double.MaxValue);
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(NumberCharacters);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
            text = text[digits..];
            var letters = text.IndexOfAnyInRange('0', '9') is >= 0 and var next ? next : text.Length;
            if (Seconds(text[..letters]) is not { } unit || unit >= last) return null;
            (sum, last) = (sum + number * unit, unit);
            text = text[letters..];
        }

        return sum <= Longest.TotalSeconds ? TimeSpan.FromSeconds(sum) : null;
    }

    private static double? Seconds(ReadOnlySpan<char> unit) => unit switch
    {
        "d" => 86_400,
        "h" => 3600,
        "m" or "min" => 60,
        "s" => 1,
        "ms" => 0.001,
        _ => null,
    };
}
