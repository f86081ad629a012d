using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads when a worker that does not accept connections counts as stuck, and how the daemon reacts.</summary>
internal static class StallReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static readonly Words<StallAction> Actions =
        new(("steer", StallAction.Steer), ("restart", StallAction.Restart), ("none", StallAction.None));

    private static readonly Key AfterKey =
        Key.Duration(
            "after", "How long connections of a worker may wait before it counts as stuck.", StallSpec.Default.After, Shortest);

    private static readonly Key ActionKey =
        Key.Choice("action", Actions, "How the daemon reacts to a stuck worker.", StallSpec.Default.Action);

    public static readonly Key Key =
        new(
            "stall", new Shape.Map(AfterKey, ActionKey),
            "When a worker that does not accept connections counts as stuck, and how the daemon reacts.");

    public static StallSpec Read(Section service)
    {
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape) is not { } section) return StallSpec.Default;
        var stall = new StallSpec(
            section.Duration(AfterKey) ?? StallSpec.Default.After,
            Actions.Read(section, ActionKey) ?? StallSpec.Default.Action);
        section.RejectUnknown();
        return stall;
    }
}
