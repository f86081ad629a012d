using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Whether, when and how often an ended process is replaced: a map, or the policy alone.</summary>
internal static class RestartReader
{
    private const int LargestMultiplier = 1000;
    private const int MostAttempts = 1_000_000;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static readonly Words<RestartWhen> Policies =
        new(("always", RestartWhen.Always), ("on-failure", RestartWhen.OnFailure), ("no", RestartWhen.No));

    private static readonly RestartPolicy Usual = RestartPolicy.Default;

    private static readonly Key Policy = Key.Choice("policy", Policies, "Whether a process that has ended is replaced.", Usual.When);
    private static readonly Key DelayKey = Key.Duration("delay", "Wait before the first retry of a process that did not get ready.", Usual.Delay, Shortest);

    private static readonly Key Multiplier =
        Key.Fraction("multiplier", 1, LargestMultiplier, "By which the wait grows with each retry.", Usual.Multiplier);

    private static readonly Key MaxDelay = Key.Duration("max_delay", "No wait is longer, jitter included.", Usual.MaxDelay, Shortest);
    private static readonly Key Jitter = Key.Fraction("jitter", 0, 1, "Share of the wait by which it is spread up and down.", Usual.Jitter);

    private static readonly Key ResetAfter =
        Key.Duration("reset_after", "A process that was ready this long starts the waits over.", Usual.ResetAfter);

    private static readonly Key MaxAttempts = Key.Integer(
        "max_attempts", 0, MostAttempts, "More restarts than this within the window, and the worker has failed. 0: never give up.", Usual.MaxAttempts);

    private static readonly Key Window = Key.Duration("window", "In which max_attempts counts.", Usual.Window, Shortest);

    private static readonly Shape.Map Map = new(Policy, DelayKey, Multiplier, MaxDelay, Jitter, ResetAfter, MaxAttempts, Window);

    public static readonly Key Key = new(
        "restart", new Shape.AnyOf(Policies.Shape, Map),
        "Whether, when and how often a process that ends is replaced: a map, or the policy alone. One that was ready for over a second is replaced at once.")
        { Usual = Policy.Usual };

    public static RestartPolicy Read(Section service)
    {
        var usual = Usual;
        if (service.Find(Key) is not { } field) return usual;
        if (field.Node is ScalarNode { IsNull: false }) return usual with { When = Policies.Read(field) ?? usual.When };
        if (field.Section(Map, $"{Policies.Accepts}, or a map with 'policy'") is not { } section) return usual;

        var when = Policies.Read(section, Policy);
        var delay = section.Duration(DelayKey);
        var most = section.Duration(MaxDelay);
        if (section.IsSound && most < delay)
            section.Find(MaxDelay)!.Value.Error($"shorter than the delay of {DurationSyntax.Text(delay.Value)}");

        var policy = new RestartPolicy(
            when ?? usual.When,
            delay ?? Least(usual.Delay, most),
            section.Fraction(Multiplier) ?? usual.Multiplier,
            most ?? Greatest(usual.MaxDelay, delay),
            section.Fraction(Jitter) ?? usual.Jitter,
            section.Duration(ResetAfter) ?? usual.ResetAfter,
            section.Integer(MaxAttempts) ?? usual.MaxAttempts,
            section.Duration(Window) ?? usual.Window);
        section.RejectUnknown();
        return policy;
    }

    /// <summary>Of two that belong together, the one that is not written follows the one that is.</summary>
    private static TimeSpan Least(TimeSpan usual, TimeSpan? written) => written < usual ? written.Value : usual;

    private static TimeSpan Greatest(TimeSpan usual, TimeSpan? written) => written > usual ? written.Value : usual;
}
