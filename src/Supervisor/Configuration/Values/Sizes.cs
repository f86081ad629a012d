using System.Globalization;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Values;

/// <summary>Reads sizes in bytes: <c>8KiB</c>, <c>64MiB</c>, <c>4096</c>.</summary>
internal static class Sizes
{
    public const string Example = "a size such as 64MiB";

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static ulong? Size(this Section section, Key key)
    {
        var (least, most) = (Shape.Size)key.Shape;
        if (section.Find(key) is not { } field || field.Text(Example) is not { } text) return null;
        if (TryParse(text) is not { } size)
            field.Error($"accepts {Example}, not '{Printable.Text(text)}'{Hint(text)}");
        else if (size >= least && size <= most)
            return size;
        else if (most == ulong.MaxValue)
            field.Error($"accepts {Example}, from {Text(least)}, not '{Printable.Text(text)}'");
        else
            field.Error($"accepts {Text(least)} to {Text(most)}, not '{Printable.Text(text)}'");
        return null;
    }

    public static ulong? TryParse(string text)
    {
        for (var power = Units.Length - 1; power >= 0; power--)
        {
            if (text.EndsWith(Units[power], StringComparison.Ordinal))
                return Scaled(text.AsSpan()[..^Units[power].Length], power);
        }

        return Scaled(text, 0);
    }

    /// <summary><c>64M</c> and <c>64MB</c> are ambiguous: units of 1000 or of 1024.</summary>
    public static string Hint(string text)
    {
        var number = text.AsSpan().TrimEnd("bBiI");
        var isNear = number.Length > 1 && "kKmMgGtT".Contains(number[^1], StringComparison.Ordinal);
        return isNear && Scaled(number[..^1], 0) is not null
            ? $"; write {number[..^1]}{char.ToUpperInvariant(number[^1])}iB"
            : "";
    }

    private static ulong? Scaled(ReadOnlySpan<char> digits, int power) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number <= ulong.MaxValue >> (10 * power)
            ? number << (10 * power)
            : null;

    public static string Text(ulong size) => size switch
    {
        >= 1 << 20 when size % (1 << 20) == 0 => string.Create(CultureInfo.InvariantCulture, $"{size >> 20}MiB"),
        >= 1 << 10 when size % (1 << 10) == 0 => string.Create(CultureInfo.InvariantCulture, $"{size >> 10}KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{size}B"),
    };
}
