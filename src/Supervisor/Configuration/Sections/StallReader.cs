using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>When a worker that no longer accepts counts as stuck, and what is done.</summary>
internal static class StallReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    public static readonly Words<StallAction> Actions =
        new(("steer", StallAction.Steer), ("restart", StallAction.Restart), ("none", StallAction.None));

    private static readonly Key AfterKey =
        Key.Duration("after", "How long a worker may leave connections waiting before it counts as stuck.", StallSpec.Default.After, Shortest);

    private static readonly Key ActionKey = Key.Choice("action", Actions, "What is done with a worker that is stuck.", StallSpec.Default.Action);

    public static readonly Key Key =
        new("stall", new Shape.Map(AfterKey, ActionKey), "When a worker that no longer accepts counts as stuck, and what is done.");

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
