using System.Globalization;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// Limits of a worker's process tree. Each needs a cgroup controller; <c>infinity</c> means no limit and needs none.
/// </summary>
internal static class GroupLimitsReader
{
    private const string Infinity = "infinity";

    /// <summary>No program starts with less memory.</summary>
    private const ulong LeastMemory = 1 << 20;

    /// <summary>A period is 100 ms, and the kernel's smallest quota is one millisecond.</summary>
    private const int LeastQuota = 1;

    private const int MostQuota = 1_000_000;

    /// <summary>The three remedies: a unit with delegation, a host with cgroup v2, or no limit.</summary>
    private const string Help =
        "run reuseportd as a unit with 'Delegate=cpu memory pids' (as in reuseportd.service) on a host with cgroup v2 "
        + "(cgroup v1 cannot be used), or remove the key";

    private const int MostTasks = 1 << 22; // pid_max of 64-bit kernels

    private static readonly Key MemoryMax = new(
        "memory_max", new Shape.AnyOf(new Shape.Size(LeastMemory, long.MaxValue), new Shape.Choice([Infinity])),
        "Memory of a worker's process tree, as a size from 1MiB, or infinity. "
        + "Beyond it, the kernel kills processes of the worker. Needs the cgroup controller memory.");

    private static readonly Key CpuQuota = new(
        "cpu_quota", new Shape.Text("^([1-9][0-9]*%|infinity)$"),
        "CPU time of a worker's process tree, in percent of one CPU such as \"150%\", or infinity. "
        + "Needs the cgroup controller cpu.");

    private static readonly Key TasksMax = new(
        "tasks_max", new Shape.AnyOf(new Shape.Integer(1, MostTasks), new Shape.Choice([Infinity])),
        "Processes and threads of a worker's process tree, or infinity. Beyond it, fork fails. "
        + "Needs the cgroup controller pids.");

    public static readonly IReadOnlyList<Key> Keys = [MemoryMax, CpuQuota, TasksMax];

    public static GroupLimits Read(Section limits, ControllerOffer? controllers)
    {
        var memory = limits.Find(MemoryMax);
        var quota = limits.Find(CpuQuota);
        var tasks = limits.Find(TasksMax);
        var read = new GroupLimits(Memory(memory), Quota(quota), Tasks(tasks));
        if (read.MemoryMax is not null) Need(memory, "memory", controllers);
        if (read.CpuQuota is not null) Need(quota, "cpu", controllers);
        if (read.TasksMax is not null) Need(tasks, "pids", controllers);
        return read;
    }

    private static ulong? Memory(Field? written)
    {
        const string accepts = $"{Sizes.Example}, from 1MiB, or infinity";
        if (written is not { } field || field.Text(accepts) is not { } text || text == Infinity) return null;
        var size = Sizes.TryParse(text);
        if (size is >= LeastMemory and <= long.MaxValue) return size;
        field.Error($"accepts {accepts}, not {field.Node.Description}{(size is null ? Sizes.Hint(text) : "")}");
        return null;
    }

    private static int? Quota(Field? written)
    {
        const string accepts = "percent of one CPU such as \"150%\", from 1%, or infinity";
        if (written is not { } field || field.Text(accepts) is not { } text || text == Infinity) return null;
        if (text.EndsWith('%')
            && int.TryParse(text.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var percent)
            && percent is >= LeastQuota and <= MostQuota)
            return percent;
        field.Refuse(accepts);
        return null;
    }

    private static int? Tasks(Field? written)
    {
        const string accepts = "an integer from 1, or infinity";
        return written is { } field && field.Text(accepts) is { } text && text != Infinity
            ? field.Integer(text, 1, MostTasks, accepts)
            : null;
    }

    private static void Need(Field? field, string controller, ControllerOffer? offer)
    {
        if (offer is null)
            field!.Value.Warning(
                $"needs the cgroup controller '{controller}'; whether systemd delegates it is known only when reuseportd runs");
        else if (!offer.Names.Contains(controller))
            field!.Value.Error(
                $"needs the cgroup controller '{controller}', which is not delegated to reuseportd: {offer.Reason}; {Help}");
    }
}
