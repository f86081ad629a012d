using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Limits, rights, and the section <c>deploy</c>.</summary>
internal sealed class ResourceKeys(ImportedProgram program, ComposeValues values)
{
    private static readonly string[] Limits =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending", "msgqueue",
            "rtprio", "rttime",
    ];

    /// <returns>False for a key of another table.</returns>
    public bool Read(Entry entry)
    {
        var (at, node) = (entry.Key.Place, entry.Value);
        switch (entry.Key.Text)
        {
            case "mem_limit" when node is ScalarNode size:
                if (values.Bytes(size, "limits") is > 0 and var bytes) program.Size(Key.MemoryMax, bytes, at);
                return true;
            case "cpus" when node is ScalarNode count:
                Cpus(count);
                return true;
            case "pids_limit" when node is ScalarNode count:
                if (Nodes.Integer(values.Text(count, "limits")) is > 0 and var tasks) program.Number(Key.TasksMax, tasks, at);
                return true;
            case "cpuset" when node is ScalarNode cpus:
                CpuList.Set(values.Text(cpus, "limits"), at, program);
                return true;
            case "oom_score_adj" when node is ScalarNode score && Nodes.Integer(values.Text(score, "limits")) is { } number:
                program.Number(Key.OomScore, number, at);
                return true;
            case "ulimits" when node is MapNode limits:
                foreach (var limit in limits.Entries) Limit(limit);
                return true;
            case "cap_add":
                program.Missing(at, "cap_add: a worker of another user has only 'ambient_capabilities'", Key.Capabilities.Path);
                return true;
            case "cap_drop":
                program.Note(at, "cap_drop: a worker of another user than root has no capabilities", Key.Capabilities.Path);
                return true;
            case "security_opt":
                foreach (var item in node.Texts()) Security(values.Text(item, "no_new_privileges"), item.Place);
                return true;
            default:
                return false;
        }
    }

    public void Deploy(Entry entry)
    {
        switch (entry.Key.Text)
        {
            case "replicas" when entry.Value is ScalarNode text && Nodes.Integer(values.Text(text, "workers")) is { } count:
                program.Number(Key.Workers, count, entry.Key.Place);
                break;
            case "resources" when entry.Value is MapNode resources:
                foreach (var one in (resources.Find("limits") as MapNode)?.Entries ?? []) Resource(one);
                if (resources.Find("reservations") is { } reserved)
                    program.Note(reserved.Place, "reservations are left out", "limits");
                break;
            case "restart_policy" when entry.Value is MapNode policy:
                foreach (var one in policy.Entries) Restart(one);
                break;
            case "update_config" or "rollback_config":
                program.Note(entry.Key.Place, $"deploy.{entry.Key.Text}: see 'update'", "workers");
                break;
            case "labels" or "mode" or "endpoint_mode" or "placement":
                program.Note(entry.Key.Place, $"deploy.{entry.Key.Text} is left out");
                break;
            default:
                program.Unknown(entry.Key.Place, $"deploy.{entry.Key.Text}");
                break;
        }
    }

    private void Resource(Entry entry)
    {
        if (entry.Value is not ScalarNode node) program.Unknown(entry.Key.Place, $"limits.{entry.Key.Text}");
        else if (entry.Key.Text == "cpus") Cpus(node);
        else if (entry.Key.Text == "memory" && values.Bytes(node, "limits") is > 0 and var bytes)
            program.Size(Key.MemoryMax, bytes, node.Place);
        else if (entry.Key.Text == "pids" && Nodes.Integer(values.Text(node, "limits")) is > 0 and var tasks)
            program.Number(Key.TasksMax, tasks, node.Place);
        else program.Unknown(entry.Key.Place, $"limits.{entry.Key.Text}");
    }

    private void Restart(Entry entry)
    {
        if (entry.Value is not ScalarNode node) return;
        var text = values.Text(node, "restart");
        switch (entry.Key.Text)
        {
            case "condition":
                program.Raw(Key.RestartPolicy, text switch { "any" => "always", "on-failure" => "on-failure", _ => "\"no\"" },
                    node.Place);
                break;
            case "max_attempts" when Nodes.Integer(text) is { } attempts:
                program.Number(Key.MaxAttempts, attempts, node.Place);
                break;
            case "delay" or "window" when values.Duration(node, "restart") is { } span:
                program.Duration(entry.Key.Text == "delay" ? Key.RestartDelay : Key.Window, span, node.Place);
                break;
        }
    }

    private void Cpus(ScalarNode node)
    {
        if (Nodes.Decimal(values.Text(node, "limits")) is > 0 and <= 10_000 and var cpus)
            program.Raw(Key.CpuQuota, $"\"{Math.Max(1, (long)(cpus * 100))}%\"", node.Place);
        else if (values.Text(node, "limits") is not "0")
            program.Missing(node.Place, $"'{Printable.Text(node.Text)}' is no number of CPUs", "limits");
    }

    private void Limit(Entry entry)
    {
        var node = entry.Value is MapNode map ? map.Find("hard") ?? map.Find("soft") : entry.Value;
        if (node is ScalarNode text && Nodes.Integer(values.Text(text, "limits")) is >= -1 and var limit
            && Limits.Contains(entry.Key.Text))
            program.Raw(Key.Limit(entry.Key.Text), limit < 0 ? "infinity" : limit.ToString(null, null), entry.Key.Place);
        else program.Unknown(entry.Key.Place, $"ulimits.{entry.Key.Text}");
        if (entry.Value is MapNode)
            program.Note(entry.Key.Place, $"{Printable.Text(entry.Key.Text)}: soft and hard limit are the same here", "limits");
    }

    private void Security(string text, Place at)
    {
        var words = text.Split([':', '='], 2);
        if (words[0] == "no-new-privileges") program.Flag(Key.NoNewPrivileges, words.Length == 1 || words[1] == "true", at);
        else program.Unknown(at, $"security_opt {text}");
    }
}
