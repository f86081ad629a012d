using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Supervisord;

internal enum AutoRestart
{
    Never,
    Always,

    /// <summary>After an exit code that is not in <c>exitcodes</c>.</summary>
    Unexpected,
}

/// <summary>Values as supervisord converts them. Each returns null for a value that supervisord refuses.</summary>
internal static class IniValues
{
    private static readonly (string Suffix, int Power)[] Sizes = [("kb", 1), ("mb", 2), ("gb", 3)];

    public static bool? Flag(string text) => text.ToLowerInvariant() switch
    {
        "yes" or "true" or "on" or "1" => true,
        "no" or "false" or "off" or "0" => false,
        _ => null,
    };

    public static TimeSpan? Seconds(string text) =>
        Nodes.Integer(text) is { } seconds
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerSecond))
            : null;

    public static AutoRestart? Restart(string text)
    {
        if (text.Equals("unexpected", StringComparison.OrdinalIgnoreCase)) return AutoRestart.Unexpected;
        return Flag(text) switch { true => AutoRestart.Always, false => AutoRestart.Never, null => null };
    }

    public static long? Bytes(string text)
    {
        var size = Array.Find(Sizes, size => text.EndsWith(size.Suffix, StringComparison.OrdinalIgnoreCase));
        return Nodes.Bytes(text[..^(size.Suffix?.Length ?? 0)].Trim(), size.Power);
    }

    /// <returns>True if code 0 is the only success, as for the daemon.</returns>
    public static bool? IsZeroOnly(string text)
    {
        var codes = text.Split(',', StringSplitOptions.TrimEntries).Select(Nodes.Integer).ToArray();
        return codes.All(code => code is >= 0 and <= 255) ? codes.All(code => code == 0) : null;
    }
}
