using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>When a worker that was ready counts as dead though its process lives.</summary>
internal static class LivenessReader
{
    private const int LargestThreshold = 1000;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly Words<ProbeType> Types =
        new(("tcp", ProbeType.Tcp), ("http", ProbeType.Http), ("exec", ProbeType.Exec));

    public static LivenessSpec? Read(Section service, ProbedService probed)
    {
        if (service.Find("liveness") is not { } field || field.Section("a map with 'type'") is not { } section) return null;
        var type = section.Require("type", Types.Accepts, field.Key) is { } written ? Types.Read(written) : null;
        var probe = type is null
            ? ProbeReader.Skip(section)
            : ProbeReader.Read(section, type, section.Find("type"), field.Key, probed);
        var initial = section.Duration("initial_delay") ?? TimeSpan.Zero;
        var period = section.Duration("period", Shortest) ?? LivenessSpec.DefaultPeriod;
        var timeout = section.Duration("timeout", Shortest) ?? LivenessSpec.DefaultTimeout;
        var threshold = section.Integer("failure_threshold", 1, LargestThreshold) ?? LivenessSpec.DefaultThreshold;
        section.RejectUnknown();
        return probe is null ? null : new LivenessSpec(probe, initial, period, timeout, threshold);
    }
}
