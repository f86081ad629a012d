using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>When a worker that no longer accepts counts as stuck, and what is done.</summary>
internal static class StallReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly Words<StallAction> Actions =
        new(("steer", StallAction.Steer), ("restart", StallAction.Restart), ("none", StallAction.None));

    public static StallSpec Read(Section service)
    {
        if (service.Find("stall")?.Section() is not { } section) return StallSpec.Default;
        var stall = new StallSpec(
            section.Duration("after", Shortest) ?? StallSpec.Default.After,
            Actions.Read(section, "action") ?? StallSpec.Default.Action);
        section.RejectUnknown();
        return stall;
    }
}
