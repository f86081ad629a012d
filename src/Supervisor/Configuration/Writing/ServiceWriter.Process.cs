using System.Globalization;
using System.Text.Json;
using Reuseportd.Configuration.Sections;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Writing;

/// <content>Everything that a process is started with.</content>
internal static partial class ServiceWriter
{
    private const string Infinity = "infinity";

    private static void Process(Utf8JsonWriter json, ProcessSpec process)
    {
        Texts(json, "command", process.Command.Select(word => word.Text));
        json.WriteStartObject("environment");
        foreach (var variable in process.Environment) json.WriteString(variable.Name, variable.Value.Text);
        json.WriteEndObject();
        Texts(json, "env_file", process.EnvironmentFiles);
        if (process.WorkingDirectory is { } directory) json.WriteString("working_dir", directory.Text);
        if (process.User is not null) json.WriteString("user", process.User);
        if (process.Group is not null) json.WriteString("group", process.Group);
        if (process.Umask is { } umask) json.WriteString("umask", "0" + Convert.ToString(umask, 8).PadLeft(3, '0'));
        if (process.Privileges.SupplementaryGroups is { } groups) Texts(json, "supplementary_groups", groups);
        if (process.Privileges.NoNewPrivileges is { } none) json.WriteBoolean("no_new_privileges", none);
        if (process.Privileges.AmbientCapabilities is { } kept)
            Texts(json, "ambient_capabilities", kept.Select(capability => capability.ToString()));
        Limits(json, process.Limits);
        json.WriteString("stdout", Target(process.Stdout));
        json.WriteString("stderr", Target(process.Stderr));
    }

    private static void Limits(Utf8JsonWriter json, LimitsSpec limits)
    {
        json.WriteStartObject("limits");
        foreach (var limit in limits.Resources)
        {
            if (limit.Value == ResourceLimit.Infinity) json.WriteString(ResourceKeys.NameOf(limit.Name), Infinity);
            else json.WriteNumber(ResourceKeys.NameOf(limit.Name), limit.Value);
        }

        if (limits.Nice is { } nice) json.WriteNumber("nice", nice);
        if (limits.OomScoreAdjust is { } adjust) json.WriteNumber("oom_score_adj", adjust);
        if (limits.CpuAffinity is CpuAffinity.Spread) json.WriteString("cpu_affinity", "spread");
        if (limits.CpuAffinity is CpuAffinity.List list)
        {
            json.WriteStartArray("cpu_affinity");
            foreach (var cpu in list.Cpus) json.WriteNumberValue(cpu);
            json.WriteEndArray();
        }

        if (limits.Scheduling is { } scheduling)
        {
            json.WriteString("scheduling_policy", SchedulingReader.Policies.WordFor(scheduling.Policy));
            if (scheduling.Priority > 0) json.WriteNumber("scheduling_priority", scheduling.Priority);
        }

        if (limits.IoPriority is { } io)
        {
            json.WriteString("io_class", IoPriorityReader.Classes.WordFor(io.Class));
            if (io.Class != IoClass.Idle) json.WriteNumber("io_priority", io.Level);
        }

        if (limits.Group.MemoryMax is { } memory) json.WriteString("memory_max", Sizes.Text(memory));
        if (limits.Group.CpuQuota is { } quota)
            json.WriteString("cpu_quota", string.Create(CultureInfo.InvariantCulture, $"{quota}%"));
        if (limits.Group.TasksMax is { } tasks) json.WriteNumber("tasks_max", tasks);
        json.WriteEndObject();
    }

    private static string Target(OutputTarget target) => target switch
    {
        OutputTarget.Journal => "journal",
        OutputTarget.Null => "null",
        OutputTarget.Inherit => "inherit",
        OutputTarget.File file => $"file:{file.Path}",
        _ => throw new InvalidOperationException($"no such output target: {target}"),
    };
}
