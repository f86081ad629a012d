using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads whether, when and how often an ended process is replaced: a map, or only the policy.</summary>
internal static class RestartReader
{
    private const int LargestMultiplier = 1000;
    private const int MostAttempts = 1_000_000;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static readonly Words<RestartWhen> Policies =
        new(("always", RestartWhen.Always), ("on-failure", RestartWhen.OnFailure), ("no", RestartWhen.No));

    private static readonly RestartPolicy Default = RestartPolicy.Default;

    private static readonly Key Policy =
        Key.Choice("policy", Policies, "Whether a process that has ended is replaced.", Default.When);
    private static readonly Key DelayKey =
        Key.Duration("delay", "Wait before the first retry of a process that did not become ready.", Default.Delay, Shortest);

    private static readonly Key Multiplier =
        Key.Fraction("multiplier", 1, LargestMultiplier, "Factor from each wait to the next.", Default.Multiplier);

    private static readonly Key MaxDelay =
        Key.Duration("max_delay", "Longest wait, jitter included.", Default.MaxDelay, Shortest);
    private static readonly Key Jitter =
        Key.Fraction("jitter", 0, 1, "Share of each wait by which it is spread to either side.", Default.Jitter);

    private static readonly Key ResetAfter =
        Key.Duration("reset_after", "After a process was ready for this time, waits begin with delay again.", Default.ResetAfter);

    private static readonly Key MaxAttempts = Key.Integer(
        "max_attempts", 0, MostAttempts, "Restarts within the window after which the worker fails. 0: no limit.",
        Default.MaxAttempts);

    private static readonly Key Window = Key.Duration("window", "Time in which max_attempts counts.", Default.Window, Shortest);

    private static readonly Shape.Map Map = new(Policy, DelayKey, Multiplier, MaxDelay, Jitter, ResetAfter, MaxAttempts, Window);

    public static readonly Key Key = new(
        "restart", new Shape.AnyOf(Policies.Shape, Map),
        "Whether, when and how often an ended process is replaced; a map, or only the policy. "
        + "A process that was ready for over a second is replaced at once.")
        { Default = Policy.Default };

    public static RestartPolicy Read(Section service)
    {
        var defaults = Default;
        if (service.Find(Key) is not { } field) return defaults;
        if (field.Node is ScalarNode { IsNull: false }) return defaults with { When = Policies.Read(field) ?? defaults.When };
        if (field.Section(Map, $"{Policies.Accepts}, or a map with 'policy'") is not { } section) return defaults;

        var when = Policies.Read(section, Policy);
        var delay = section.Duration(DelayKey);
        var most = section.Duration(MaxDelay);
        if (section.IsSound && most < delay)
            section.Find(MaxDelay)!.Value.Error($"shorter than the delay of {DurationSyntax.Text(delay.Value)}");

        var policy = new RestartPolicy(
            when ?? defaults.When,
            delay ?? Least(defaults.Delay, most),
            section.Fraction(Multiplier) ?? defaults.Multiplier,
            most ?? Greatest(defaults.MaxDelay, delay),
            section.Fraction(Jitter) ?? defaults.Jitter,
            section.Duration(ResetAfter) ?? defaults.ResetAfter,
            section.Integer(MaxAttempts) ?? defaults.MaxAttempts,
            section.Duration(Window) ?? defaults.Window);
        section.RejectUnknown();
        return policy;
    }

    /// <summary>Of two values that belong together, a missing one is adjusted to the one that is written.</summary>
    private static TimeSpan Least(TimeSpan defaults, TimeSpan? written) => written < defaults ? written.Value : defaults;

    private static TimeSpan Greatest(TimeSpan defaults, TimeSpan? written) => written > defaults ? written.Value : defaults;
}
