using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads which part of a worker's output reaches the log.</summary>
internal static class LoggingReader
{
    /// <summary>A line of the preload library must arrive in one piece.</summary>
    private const ulong ShortestLine = 512;
    private const ulong LongestLine = 1024 * 1024;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    private static readonly Key Interval = Key.Duration(
        "rate_limit_interval", "Interval that rate_limit_burst counts in.", LoggingSpec.Default.RateLimitInterval,
        ShortestInterval);

    private static readonly Key Burst = Key.Integer(
        "rate_limit_burst", 0, int.MaxValue,
        "Lines of one stream of a worker in each interval. Further lines are dropped, and their number is logged. 0: no limit. "
        + "Files have no limit.",
        LoggingSpec.Default.RateLimitBurst);

    private static readonly Key LineMax = new(
        "line_max", new Shape.Size(ShortestLine, LongestLine),
        "Longest line; a longer line is split. For a file, the longest unfinished line that is held back.") {
            Default = Sizes.Text((ulong)LoggingSpec.Default.LineMax),
        };

    public static readonly Key Key =
        new("logging", new Shape.Map(Interval, Burst, LineMax), "Which part of a worker's output reaches the log.");

    public static LoggingSpec Read(Section service)
    {
        var defaults = LoggingSpec.Default;
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape) is not { } section) return defaults;
        var logging = new LoggingSpec(
            section.Duration(Interval) ?? defaults.RateLimitInterval,
            section.Integer(Burst) ?? defaults.RateLimitBurst,
            (int?)section.Size(LineMax) ?? defaults.LineMax);
        section.RejectUnknown();
        return logging;
    }
}
