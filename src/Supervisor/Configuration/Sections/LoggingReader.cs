using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>What of a worker's output reaches the log.</summary>
internal static class LoggingReader
{
    /// <summary>A line of the preload library must come in one piece.</summary>
    private const ulong ShortestLine = 512;
    private const ulong LongestLine = 1024 * 1024;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    private static readonly Key Interval = Key.Duration(
        "rate_limit_interval", "Over which rate_limit_burst counts.", LoggingSpec.Default.RateLimitInterval, ShortestInterval);

    private static readonly Key Burst = Key.Integer(
        "rate_limit_burst", 0, int.MaxValue,
        "Lines of one stream of a worker in each interval; what is over is dropped, counted and said. 0: no limit. For the log only.",
        LoggingSpec.Default.RateLimitBurst);

    private static readonly Key LineMax = new(
        "line_max", new Shape.Size(ShortestLine, LongestLine),
        "A longer line is split; for a file, as much of an unfinished line is held back.") { Usual = Sizes.Text((ulong)LoggingSpec.Default.LineMax) };

    public static readonly Key Key =
        new("logging", new Shape.Map(Interval, Burst, LineMax), "What of a worker's output reaches the log.");

    public static LoggingSpec Read(Section service)
    {
        var usual = LoggingSpec.Default;
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape) is not { } section) return usual;
        var logging = new LoggingSpec(
            section.Duration(Interval) ?? usual.RateLimitInterval,
            section.Integer(Burst) ?? usual.RateLimitBurst,
            (int?)section.Size(LineMax) ?? usual.LineMax);
        section.RejectUnknown();
        return logging;
    }
}
