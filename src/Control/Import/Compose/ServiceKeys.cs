using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>The keys of one service, https://docs.docker.com/reference/compose-file/services/.</summary>
internal sealed class ServiceKeys(ImportedProgram program, ComposeValues values, SourceTree tree)
{
    private readonly ResourceKeys resources = new(program, values);

    public void Read(Entry entry)
    {
        if (entry.Key.Text.StartsWith("x-", StringComparison.Ordinal)) return;
        if (!ReadProcess(entry) && !ReadLife(entry) && !resources.Read(entry)) Rest(entry);
    }

    private bool ReadProcess(Entry entry)
    {
        var (at, node) = (entry.Key.Place, entry.Value);
        switch (entry.Key.Text)
        {
            case "command" or "entrypoint" or "image" or "build":
                return true;
            case "environment":
                EnvironmentKeys.Variables(node, values, program);
                return true;
            case "env_file":
                EnvironmentKeys.Files(node, values, program, tree);
                return true;
            case "working_dir" when node is ScalarNode path:
                program.PathTemplate(Key.WorkingDir, values.Template(path, "working_dir"), at);
                return true;
            case "user" when node is ScalarNode user:
                var names = values.Text(user, "user").Split(':', 2);
                program.Word(Key.User, names[0], at);
                if (names.Length > 1) program.Word(Key.Group, names[1], at);
                return true;
            case "group_add":
                program.List(Key.Groups, node.Texts().Select(item => values.Text(item, "supplementary_groups")).Where(
                    name => name.Length > 0), at);
                return true;
            case "ports":
                PortKeys.Read(node, values, program);
                return true;
            case "expose":
                PortKeys.Exposed(node, values, program);
                return true;
            case "depends_on":
                foreach (var name in node is MapNode map ? map.Entries.Select(one => one.Key) : node.Texts())
                    program.DependsOn.Add((name.Text, name.Place));
                return true;
            default:
                return false;
        }
    }

    private bool ReadLife(Entry entry)
    {
        var (at, node) = (entry.Key.Place, entry.Value);
        switch (entry.Key.Text)
        {
            case "restart" when node is ScalarNode restart:
                Restart(values.Text(restart, "restart"), at);
                return true;
            case "stop_signal" when node is ScalarNode signal:
                program.Signal(Key.StopSignal, values.Text(signal, "stop_signal"), at);
                return true;
            case "stop_grace_period" when node is ScalarNode period:
                if (values.Duration(period, "stop_grace_period") is { } span) program.Duration(Key.StopGrace, span, at);
                return true;
            case "healthcheck" when node is MapNode check:
                HealthCheck.Read(check, values, program);
                return true;
            case "profiles":
                program.Flag(Key.Autostart, false, at);
                program.Note(at, "a service with profiles does not start by itself", "autostart");
                return true;
            case "scale" when node is ScalarNode scale && Nodes.Integer(values.Text(scale, "workers")) is { } count:
                program.Number(Key.Workers, count, at);
                return true;
            case "deploy" when node is MapNode deploy:
                foreach (var one in deploy.Entries) resources.Deploy(one);
                return true;
            default:
                return false;
        }
    }

    private void Restart(string text, Place at)
    {
        var words = text.Split(':', 2);
        program.Raw(Key.RestartPolicy,
            words[0] switch { "always" or "unless-stopped" => "always", "on-failure" => "on-failure", _ => "\"no\"" }, at);
        if (words.Length > 1 && Nodes.Integer(words[1]) is { } attempts) program.Number(Key.MaxAttempts, attempts, at);
    }

    private void Rest(Entry entry)
    {
        var (at, name) = (entry.Key.Place, entry.Key.Text);
        switch (name)
        {
            case "container_name" or "hostname" or "labels" or "tty" or "stdin_open" or "platform" or "pull_policy" or "init"
                or "annotations" or "attach" or "develop" or "domainname" or "version":
                break;
            case "networks" or "network_mode" or "links" or "external_links" or "logging" or "cpu_shares" or "mem_reservation"
                or "mem_swappiness" or "memswap_limit" or "extra_hosts" or "dns" or "dns_search" or "ipc" or "pid":
                program.Note(at, $"{name} is left out: the program uses the host's");
                break;
            case "volumes" or "tmpfs":
                program.Missing(at, $"{name}: the program sees the directories of the host; check its paths");
                break;
            case "extends":
                program.Missing(at, "extends is not followed; 'docker compose config' prints the whole service");
                break;
            default:
                program.Unknown(at, name);
                break;
        }
    }
}
