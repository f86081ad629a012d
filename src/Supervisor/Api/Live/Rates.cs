namespace Reuseportd.Api.Live;

/// <summary>Rates of counters, rounded for people; pure.</summary>
internal static class Rates
{
    private const double FewInASecond = 10;

    /// <returns>Growth in a second; null if it is not known. A counter that fell began anew.</returns>
    public static double? Of(double? before, double? now, TimeSpan time)
    {
        if (Exactly(before, now, time) is not { } rate) return null;
        return Math.Round(rate, rate < FewInASecond ? 1 : 0);
    }

    /// <summary>Percent of one CPU.</summary>
    public static double? Percent(double? before, double? now, TimeSpan time) =>
        Exactly(before, now, time) is { } rate ? Math.Round(100 * rate) : null;

    private static double? Exactly(double? before, double? now, TimeSpan time) =>
        now - before is { } growth && time > TimeSpan.Zero ? Math.Max(0, growth) / time.TotalSeconds : null;
}
