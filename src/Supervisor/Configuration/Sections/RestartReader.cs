using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>Whether, when and how often an ended process is replaced: a map, or the policy alone.</summary>
internal static class RestartReader
{
    private const int LargestMultiplier = 1000;
    private const int MostAttempts = 1_000_000;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly Words<RestartWhen> Policies =
        new(("always", RestartWhen.Always), ("on-failure", RestartWhen.OnFailure), ("no", RestartWhen.No));

    public static RestartPolicy Read(Section service)
    {
        var usual = RestartPolicy.Default;
        if (service.Find("restart") is not { } field) return usual;
        if (field.Node is ScalarNode { IsNull: false }) return usual with { When = Policies.Read(field) ?? usual.When };
        if (field.Section($"{Policies.Accepts}, or a map with 'policy'") is not { } section) return usual;

        var when = Policies.Read(section, "policy");
        var delay = section.Duration("delay", Shortest);
        var most = section.Duration("max_delay", Shortest);
        if (section.IsSound && most < delay)
            section.Find("max_delay")!.Value.Error($"shorter than the delay of {Durations.Text(delay.Value)}");

        var policy = new RestartPolicy(
            when ?? usual.When,
            delay ?? Least(usual.Delay, most),
            section.Fraction("multiplier", 1, LargestMultiplier) ?? usual.Multiplier,
            most ?? Greatest(usual.MaxDelay, delay),
            section.Fraction("jitter", 0, 1) ?? usual.Jitter,
            section.Duration("reset_after") ?? usual.ResetAfter,
            section.Integer("max_attempts", 0, MostAttempts) ?? usual.MaxAttempts,
            section.Duration("window", Shortest) ?? usual.Window);
        section.RejectUnknown();
        return policy;
    }

    /// <summary>Of two that belong together, the one that is not written follows the one that is.</summary>
    private static TimeSpan Least(TimeSpan usual, TimeSpan? written) => written < usual ? written.Value : usual;

    private static TimeSpan Greatest(TimeSpan usual, TimeSpan? written) => written > usual ? written.Value : usual;
}
