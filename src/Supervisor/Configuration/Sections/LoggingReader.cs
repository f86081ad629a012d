using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>What of a worker's output reaches the log.</summary>
internal static class LoggingReader
{
    /// <summary>A line of the preload library must come in one piece.</summary>
    private const int ShortestLine = 512;
    private const int LongestLine = 1024 * 1024;

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    public static LoggingSpec Read(Section service)
    {
        var usual = LoggingSpec.Default;
        if (service.Find("logging")?.Section() is not { } section) return usual;
        var logging = new LoggingSpec(
            section.Duration("rate_limit_interval", ShortestInterval) ?? usual.RateLimitInterval,
            section.Integer("rate_limit_burst", 0, int.MaxValue) ?? usual.RateLimitBurst,
            section.Size("line_max", ShortestLine, LongestLine) ?? usual.LineMax);
        section.RejectUnknown();
        return logging;
    }
}
