using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads resource limits and priorities of one process.</summary>
internal static class LimitsReader
{
    private static readonly Key Nice = Key.Integer("nice", -20, 19, "Niceness, see nice(2). Default: the daemon's.");

    private static readonly Key OomScoreAdjust = Key.Integer(
        "oom_score_adj", -1000, 1000,
        "How early the kernel kills the worker when memory runs out: -1000 never, 1000 first. Default: the daemon's.");

    public static readonly Key Key = new(
        "limits",
        new Shape.Map(
        [
            Nice, OomScoreAdjust, CpuAffinityReader.Key, .. SchedulingReader.Keys, .. IoPriorityReader.Keys,
            .. GroupLimitsReader.Keys,
            .. ResourceKeys.All,
        ]) { Rules = [.. SchedulingReader.Rules, .. IoPriorityReader.Rules] },
        "Resources of each worker: priorities, limits of setrlimit(2), and limits of its control group.");

    public static LimitsSpec Read(Section service, ControllerOffer? controllers)
    {
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape) is not { } section) return LimitsSpec.None;
        var limits = new LimitsSpec(
            [.. ResourceLimit.Names.Select(name => Limit(section, name)).OfType<ResourceLimit>()],
            section.Integer(Nice),
            section.Integer(OomScoreAdjust),
            CpuAffinityReader.Read(section))
        {
            Scheduling = SchedulingReader.Read(section),
            IoPriority = IoPriorityReader.Read(section),
            Group = GroupLimitsReader.Read(section, controllers),
        };
        section.RejectUnknown();
        return limits;
    }

    private static ResourceLimit? Limit(Section section, string name)
    {
        var inBytes = ResourceKeys.InBytes.Contains(name);
        var accepts = inBytes ? $"bytes, {Sizes.Example}, or infinity" : "an integer from 0, or infinity";
        if (section.Find(ResourceKeys.NameOf(name)) is not { } field) return null;
        if (field.Text(accepts) is not { } text) return null;
        if (text == "infinity") return new ResourceLimit(name, ResourceLimit.Infinity);
        if ((inBytes || text.All(char.IsAsciiDigit)) && Sizes.TryParse(text) is { } value and < ResourceLimit.Infinity)
            return new ResourceLimit(name, value);
        field.Error($"accepts {accepts}, not {field.Node.Description}{(inBytes ? Sizes.Hint(text) : "")}");
        return null;
    }
}
