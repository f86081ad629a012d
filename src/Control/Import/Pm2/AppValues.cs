using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>Times and sizes of PM2.</summary>
internal static class AppValues
{
    /// <summary>Parses milliseconds, or a number with s, m or h.</summary>
    public static TimeSpan? Span(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var unit = text[^1] switch { 'h' => 3_600_000, 'm' => 60_000, 's' when !text.EndsWith(
            "ms", StringComparison.Ordinal) => 1000, _ => 1 };
        var number = Nodes.Decimal(text.TrimEnd('m', 's', 'h'));
        return number is { } amount and < 100_000_000 ? TimeSpan.FromMilliseconds((double)(amount * unit)) : null;
    }

    /// <summary>Parses bytes, or a number with K, M or G to the base 1024.</summary>
    public static long? Bytes(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var power = "KMG".IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) + 1;
        return Nodes.Bytes(power == 0 ? text : text[..^1], power);
    }
}
