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
        if (entry.Key.Text.StartsWith("x-", StringComparison.Ordinal) || entry.Value.IsEmpty()) return;
        values.Name = entry.Key.Text;
        program.Read(entry.Shown(), entry.Key.Place, () =>
        {
            if (!ReadProcess(entry) && !ReadLife(entry) && !resources.Read(entry)) Rest(entry);
        });
    }

    private bool ReadProcess(Entry entry)
    {
        var (at, node) = (entry.Key.Place, entry.Value);
        switch (entry.Key.Text)
        {
            case "command" or "entrypoint" or "image" or "build":
                program.Same();
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
                User(values.Text(user, "user"), at);
                return true;
            case "group_add":
                foreach (var item in node.Texts())
                    program.SupplementaryGroup(values.Template(item, Key.Groups.Path), item.Place);
                return true;
            case "ports":
                PortKeys.Read(node, values, program);
                return true;
            case "expose":
                PortKeys.Exposed(node, values, program);
                return true;
            case "depends_on":
                DependencyKeys.Read(node, program);
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
            case "scale" when node is ScalarNode scale:
                resources.Copies(scale, at);
                return true;
            case "deploy" when node is MapNode deploy:
                program.Same();
                foreach (var one in deploy.Entries)
                    program.Read($"deploy.{one.Shown()}", one.Key.Place, () => resources.Deploy(one));
                return true;
            default:
                return false;
        }
    }

    private void User(string text, Place at)
    {
        var names = text.Split(':', 2);
        program.Account(Key.User, names[0].Length == 0 ? null : Placeholders.Escape(names[0]), at);
        if (names.Length > 1) program.Account(Key.Group, Placeholders.Escape(names[1]), at);
    }

    private void Restart(string text, Place at)
    {
        var words = text.Split(':', 2);
        var policy = words[0] switch
        {
            "always" or "unless-stopped" => "always",
            "on-failure" => "on-failure",
            // YAML 1.1 has 'no' for false.
            "no" or "false" or "" => "\"no\"",
            _ => null,
        };
        if (policy is null) program.Missing(at, $"restart: there is no policy '{Printable.Text(text)}'", "restart");
        else program.Raw(Key.RestartPolicy, policy, at);
        if (words.Length > 1 && program.Value($"restart: {text}", words[1], Nodes.Integer, at, "restart") is { } attempts)
            program.Number(Key.MaxAttempts, attempts, at);
    }

    private void Logging(Node node, Place at)
    {
        var driver = node is MapNode logging && logging.Find("driver") is ScalarNode text ? values.Text(text, "stdout") : null;
        if (driver is null or "json-file" or "local" or "journald")
            program.Note(at, "logging: the journal has the output", "stdout");
        else if (driver == "none")
            foreach (var stream in (ReadOnlySpan<Key>)[Key.Stdout, Key.Stderr]) program.Raw(stream, "\"null\"", at);
        else
            program.Missing(at, $"logging: the journal has the output, and no driver '{Printable.Text(driver)}'", "stdout");
    }

    private void Rest(Entry entry)
    {
        var (at, name) = (entry.Key.Place, entry.Key.Text);
        switch (name)
        {
            case "container_name" or "hostname" or "tty" or "stdin_open" or "platform" or "pull_policy" or "init"
                or "annotations" or "attach" or "develop" or "domainname" or "version":
                program.Same();
                break;
            case "networks" or "network_mode" or "links" or "external_links" or "extra_hosts" or "dns" or "dns_search" or "ipc"
                or "pid":
                program.Note(at, $"{name} is left out: the program is in the network and the namespaces of the host");
                break;
            case "cpu_shares" or "mem_reservation" or "mem_swappiness" or "memswap_limit":
                program.Note(at, $"{name} is left out: see 'limits'", "limits");
                break;
            case "logging":
                Logging(entry.Value, at);
                break;
            case "labels":
                program.Missing(at, "labels: a proxy or scheduler that reads them does not see this service");
                break;
            case "volumes" or "tmpfs":
                program.Missing(at, $"{name}: the program sees the directories of the host; check its paths");
                break;
            case "extends":
                program.Missing(at, "extends is not followed; import the output of 'docker compose config' instead");
                break;
            default:
                program.Unknown(at, name);
                break;
        }
    }
}
