using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>Resources of one process. <c>nice</c> is the niceness; the limit of that name is <c>rlimit_nice</c>.</summary>
internal static class LimitsReader
{
    /// <summary>Those of getrlimit(2) that count bytes.</summary>
    private static readonly HashSet<string> InBytes = ["fsize", "data", "stack", "core", "rss", "memlock", "as", "msgqueue"];

    public static LimitsSpec Read(Section service, ControllerOffer? controllers)
    {
        if (service.Find("limits")?.Section() is not { } section) return LimitsSpec.None;
        var limits = new LimitsSpec(
            [.. ResourceLimit.Names.Select(name => Limit(section, name)).OfType<ResourceLimit>()],
            section.Integer("nice", -20, 19),
            section.Integer("oom_score_adj", -1000, 1000),
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
        var inBytes = InBytes.Contains(name);
        var accepts = inBytes ? $"bytes, {Sizes.Example}, or infinity" : "an integer from 0, or infinity";
        if (section.Find(name == "nice" ? "rlimit_nice" : name) is not { } field) return null;
        if (field.Text(accepts) is not { } text) return null;
        if (text == "infinity") return new ResourceLimit(name, ResourceLimit.Infinity);
        if ((inBytes || text.All(char.IsAsciiDigit)) && Sizes.TryParse(text) is { } value and < ResourceLimit.Infinity)
            return new ResourceLimit(name, value);
        field.Error($"accepts {accepts}, not {field.Node.Description}{(inBytes ? Sizes.Hint(text) : "")}");
        return null;
    }
}
