using System.Globalization;

namespace Reuseportd.Observability.Text;

/// <summary>A time in the two forms of records, formatted once for all records of a batch.</summary>
internal sealed class LogStamp
{
    public const string IsoFormat = "yyyy-MM-ddTHH:mm:ss.ffffffZ";
    public const string ClockFormat = "HH:mm:ss.fff";

    private readonly byte[] _iso = new byte[27];
    private readonly byte[] _clock = new byte[12];

    /// <summary>ISO 8601, UTC, microseconds.</summary>
    public ReadOnlySpan<byte> Iso => _iso;

    /// <summary>Local time of day, for terminals.</summary>
    public ReadOnlySpan<byte> Clock => _clock;

    public void Set(DateTime utc, DateTime local)
    {
        utc.TryFormat(_iso, out _, IsoFormat, CultureInfo.InvariantCulture);
        local.TryFormat(_clock, out _, ClockFormat, CultureInfo.InvariantCulture);
    }
}
