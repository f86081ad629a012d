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
                Memory(size, at);
                return true;
            case "cpus" when node is ScalarNode count:
                Cpus(count);
                return true;
            case "pids_limit" when node is ScalarNode count:
                Tasks(count, at);
                return true;
            case "cpuset" when node is ScalarNode cpus:
                CpuList.Set(values.Text(cpus, "limits"), at, program);
                return true;
            case "oom_score_adj" when node is ScalarNode score:
                if (values.Integer(score, "limits") is { } number) program.Number(Key.OomScore, number, at);
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
        var at = entry.Key.Place;
        switch (entry.Key.Text)
        {
            case "replicas" when entry.Value is ScalarNode count:
                Copies(count, at);
                break;
            case "mode" when entry.Value.Text() == "replicated":
                program.Same();
                break;
            case "mode":
                program.Missing(at, $"deploy.{entry.Shown()}: set 'workers'", "workers");
                break;
            case "resources" when entry.Value is MapNode resources:
                program.Same();
                foreach (var one in (resources.Find("limits") as MapNode)?.Entries ?? [])
                    program.Read($"limits.{one.Shown()}", one.Key.Place, () => Resource(one));
                if (resources.Find("reservations") is { } reserved) Reservations(reserved);
                break;
            case "restart_policy" when entry.Value is MapNode policy:
                // The condition has a default of its own.
                program.Raw(Key.RestartPolicy, "always", at);
                foreach (var one in policy.Entries) program.Read(one.Shown(), one.Key.Place, () => Restart(one));
                break;
            case "update_config" or "rollback_config":
                program.Note(at, $"deploy.{entry.Key.Text}: see 'update'", "workers");
                break;
            case "labels" or "endpoint_mode" or "placement":
                program.Note(at, $"deploy.{entry.Key.Text} is left out");
                break;
            default:
                program.Unknown(at, $"deploy.{entry.Key.Text}");
                break;
        }
    }

    /// <summary>No copies: the service is there, and does not start.</summary>
    public void Copies(ScalarNode node, Place at)
    {
        if (values.Integer(node, "workers") is not { } count) return;
        if (count > 0)
        {
            program.Number(Key.Workers, count, at);
            return;
        }

        program.KeepStopped(at, "it has no copies");
    }

    private void Reservations(Node node)
    {
        if (node is MapNode map && map.Find("devices") is { } devices)
            program.Missing(
                devices.Place, "reservations.devices: the program needs the devices of the host, and the right to use them");
        if (node is not MapNode { Entries: [{ Key.Text: "devices" }] })
            program.Note(node.Place, "reservations are left out", "limits");
    }

    private void Resource(Entry entry)
    {
        if (entry.Value is not ScalarNode node) program.Unknown(entry.Key.Place, $"limits.{entry.Key.Text}");
        else if (entry.Key.Text == "cpus") Cpus(node);
        else if (entry.Key.Text == "memory") Memory(node, node.Place);
        else if (entry.Key.Text == "pids") Tasks(node, node.Place);
        else program.Unknown(entry.Key.Place, $"limits.{entry.Key.Text}");
    }

    private void Restart(Entry entry)
    {
        if (entry.Value is not ScalarNode node) return;
        switch (entry.Key.Text)
        {
            case "condition":
                var text = values.Text(node, "restart");
                if (text is "any" or "on-failure" or "none")
                    program.Raw(
                        Key.RestartPolicy, text switch { "any" => "always", "none" => "\"no\"", _ => text }, node.Place);
                else program.Missing(node.Place, $"there is no condition '{Printable.Text(text)}'", "restart");
                break;
            case "max_attempts":
                if (values.Integer(node, "restart") is { } attempts) program.Number(Key.MaxAttempts, attempts, node.Place);
                break;
            case "delay" or "window":
                if (values.Duration(node, "restart") is not { } span) break;
                if (entry.Key.Text == "window") program.Duration(Key.Window, span, node.Place);
                else program.RestartDelay(span, node.Place, isConstant: true);
                break;
        }
    }

    /// <summary>Compose has 0, and -1 for tasks, for no limit.</summary>
    private void Memory(ScalarNode node, Place at)
    {
        if (values.Bytes(node, "limits") is > 0 and var bytes) program.Size(Key.MemoryMax, bytes, at);
        else program.Same();
    }

    private void Tasks(ScalarNode node, Place at)
    {
        if (values.Integer(node, "limits") is > 0 and var tasks) program.Number(Key.TasksMax, tasks, at);
        else program.Same();
    }

    private void Cpus(ScalarNode node)
    {
        if (values.Decimal(node, "limits") is not { } cpus) return;
        if (cpus is > 0 and <= 10_000)
            program.CpuPercent(cpus * 100, node.Place);
        else if (cpus == 0) program.Same();
        else program.Missing(node.Place, $"'{Printable.Text(node.Text)}' is no number of CPUs", "limits");
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
