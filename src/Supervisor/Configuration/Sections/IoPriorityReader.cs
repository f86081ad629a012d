using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary><c>io_class</c>, and <c>io_priority</c> within it.</summary>
internal static class IoPriorityReader
{
    private static readonly Words<IoClass> Classes = new(
        ("realtime", IoClass.Realtime), ("best-effort", IoClass.BestEffort), ("idle", IoClass.Idle));

    public static IoPrioritySpec? Read(Section limits)
    {
        var level = limits.Integer("io_priority", 0, 7);
        var priority = limits.Find("io_priority");
        if (limits.Find("io_class") is not { } field)
        {
            priority?.KeyError("needs io_class realtime or best-effort");
            return null;
        }

        if (Classes.Read(field) is not { } ioClass) return null;
        if (ioClass != IoClass.Idle) return new IoPrioritySpec(ioClass, level ?? IoPrioritySpec.UsualLevel);
        priority?.KeyError("goes with io_class realtime and best-effort only");
        return new IoPrioritySpec(ioClass, 0);
    }
}
