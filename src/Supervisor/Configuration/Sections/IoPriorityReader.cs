using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads <c>io_class</c> and <c>io_priority</c>.</summary>
internal static class IoPriorityReader
{
    public static readonly Words<IoClass> Classes = new(
        ("realtime", IoClass.Realtime), ("best-effort", IoClass.BestEffort), ("idle", IoClass.Idle));

    private static readonly Key Class =
        Key.Choice("io_class", Classes, "Scheduling class of disk access, see ioprio_set(2). Default: the daemon's.");

    private static readonly Key Level = Key.Integer(
        "io_priority", 0, 7, "Priority within io_class realtime or best-effort; 0 is the highest.", IoPrioritySpec.DefaultLevel);

    public static readonly IReadOnlyList<Key> Keys = [Class, Level];

    public static readonly IReadOnlyList<Rule> Rules = [new Rule.OnlyWith(Level.Name, Class.Name, "realtime", "best-effort")];

    public static IoPrioritySpec? Read(Section limits)
    {
        var level = limits.Integer(Level);
        var priority = limits.Find(Level);
        if (limits.Find(Class) is not { } field)
        {
            priority?.KeyError("needs io_class realtime or best-effort");
            return null;
        }

        if (Classes.Read(field) is not { } ioClass) return null;
        if (ioClass != IoClass.Idle) return new IoPrioritySpec(ioClass, level ?? IoPrioritySpec.DefaultLevel);
        priority?.KeyError("is allowed only with io_class realtime or best-effort");
        return new IoPrioritySpec(ioClass, 0);
    }
}
