using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>The keys of one app, https://pm2.keymetrics.io/docs/usage/application-declaration/.</summary>
/// <param name="place">The place of all keys, where the source is a script; null for the places of the nodes.</param>
internal sealed class AppKeys(ImportedProgram program, SourceTree tree, Place? place)
{
    /// <summary>The daemon's own limit for a start. PM2 starts no worker anew after its limit.</summary>
    private static readonly TimeSpan UsualStart = TimeSpan.FromSeconds(30);

    public void Read(MapNode app, string script)
    {
        var directory = Directory(app);
        program.PathTemplate(Key.WorkingDir, Placeholders.Escape(directory), At(app));
        var at = At(app.Find("script") ?? app);
        var interpreter = new AppCommand(app, directory, tree, at, program).Set(script);
        program.Raw(Key.StopSignal, "INT", At(app));
        var output = new AppOutput(program, directory);
        var restarts = new AppRestarts(program, hasBackoff: app.Entries.Any(entry => entry.Key.Text == AppRestarts.Backoff
            && !IsOff(entry)));
        foreach (var entry in app.Entries)
        {
            if (IsOff(entry)) continue;
            program.Read(entry.Shown(), At(entry.Key), () =>
            {
                if (ReadProcess(entry) || restarts.Read(entry, At(entry.Key)) || ReadTimes(entry)
                    || output.Read(entry, At(entry.Key))) return;
                Rest(entry);
            });
        }

        // PM2 forks clusters of node where only the number is set.
        var mode = app.Find("exec_mode").Text();
        if (mode is "cluster" or "cluster_mode" || (mode is null && interpreter is "node" && app.Find("instances") is not null))
            program.Note(At(app.Find("exec_mode") ?? app.Find("instances")!),
                "cluster mode: workers are processes of their own; process.send and the cluster module have no master");
        if (app.Find("port") is { } port && port.Text() is { } number)
            program.SetVariable("PORT", Placeholders.Escape(number), At(port));
        if (interpreter?.Contains("python", StringComparison.Ordinal) == true) program.SetVariable("PYTHONUNBUFFERED", "1", at);
        AppCopies.Variables(app, At, program);
    }

    private string Directory(MapNode app)
    {
        if (app.Find("cwd").Text() is not { Length: > 0 } cwd) return tree.Directory;
        if (!cwd.StartsWith('~')) return tree.Absolute(cwd);
        program.Missing(At(app), $"'{Printable.Text(cwd)}' is no absolute path", Key.WorkingDir.Path);
        return tree.Directory;
    }

    /// <summary>False, nothing and '0' of 'cron_restart' are PM2's own defaults, but for a few keys.</summary>
    private static bool IsOff(Entry entry) => (entry.Key.Text, entry.Value.Text()) switch
    {
        ("autorestart" or "autostart" or "treekill", _) => false,
        ("cron_restart" or "cron", "0") => true,
        (_, null) => entry.Value.IsEmpty(),
        (_, var text) => text == "false",
    };

    private bool ReadProcess(Entry entry)
    {
        var (at, text) = (At(entry.Key), entry.Value.Text());
        switch (entry.Key.Text)
        {
            case "name" or "script" or "cmd" or "command" or "args" or "interpreter" or "interpreter_args" or "interpreterArgs"
                or "node_args" or "nodeArgs" or "exec_interpreter" or "exec_mode" or "execute_command" or "cwd" or "port"
                or "increment_var" or "instance_var":
                program.Same();
                return true;
            case "instances":
                AppCopies.Number(text, at, program);
                return true;
            case "env" when entry.Value is MapNode map:
                foreach (var variable in map.Entries) Variable(variable);
                return true;
            case "uid" or "user" when text is not null:
                program.Account(Key.User, Placeholders.Escape(text), at);
                return true;
            case "gid" when text is not null:
                program.Account(Key.Group, Placeholders.Escape(text), at);
                return true;
            default:
                return false;
        }
    }

    private void Variable(Entry variable)
    {
        var at = At(variable.Key);
        if (variable.Value is ScalarNode { IsNull: false } value)
            program.SetVariable(variable.Key.Text, Placeholders.Escape(value.Text), at);
        else
            program.Missing(at, $"{Printable.Text(variable.Key.Text)}: {variable.Value.Description} is no text", "environment");
    }

    private bool ReadTimes(Entry entry)
    {
        var (at, text) = (At(entry.Key), entry.Value.Text() ?? "");
        switch (entry.Key.Text)
        {
            case "min_uptime":
                program.StartTime = Span(entry, "readiness") ?? program.StartTime;
                return true;
            case "kill_timeout":
                Set(Key.StopGrace, entry);
                return true;
            case "listen_timeout":
                if (Span(entry, "readiness") is not { } limit) return true;
                if (limit > UsualStart) program.Duration(Key.ReadinessTimeout, limit, at);
                else program.Note(at, "listen_timeout: a worker has 30 s, after which the daemon restarts it", "readiness");
                return true;
            case "max_memory_restart":
                if (program.Value(entry.Shown(), text, AppValues.Bytes, at, "recycle") is { } bytes)
                    program.Size(Key.MaxMemory, bytes, at);
                return true;
            default:
                return false;
        }
    }

    private void Rest(Entry entry)
    {
        var (at, name) = (At(entry.Key), entry.Key.Text);
        switch (name)
        {
            case "source_map_support" or "disable_source_map_support" or "vizion" or "merge_logs" or "combine_logs" or "pmx"
                or "automation" or "namespace" or "ignore_watch" or "watch_options" or "watch_delay" or "id" or "pid_file"
                or "pid" or "username" or "windowsHide" or "kill_retry_time":
                program.Same();
                break;
            case "treekill":
                if (entry.Value.Text() == "false")
                    program.Note(at, "treekill: SIGKILL goes to the process tree, the stop signal to the first process only",
                        "stop_signal");
                else program.Same();
                break;
            case "watch":
                program.Note(at, "watch: the daemon does not watch files; use 'reuseportctl restart'");
                break;
            case "wait_ready":
                program.Missing(at, "wait_ready: there is no process.send; 'readiness: notify' and http can tell", "readiness");
                break;
            case "cron_restart" or "cron":
                program.Missing(at, $"{name}: see 'recycle.max_age'", "recycle");
                break;
            case "env_file":
                program.Missing(
                    at, "env_file: a key of the script that starts the app, or of node; write its absolute path as 'env_file'",
                    Key.EnvFile.Path);
                break;
            case ['e', 'n', 'v', '_', .. var stage]:
                program.Missing(at, $"{Printable.Text(name)}: PM2 adds it with '--env {Printable.Text(stage)}'", "environment");
                break;
            default:
                program.Unknown(at, name);
                break;
        }
    }

    private void Set(Key key, Entry entry)
    {
        if (Span(entry, key.Path) is { } span) program.Duration(key, span, At(entry.Key));
    }

    private TimeSpan? Span(Entry entry, string key) =>
        program.Value(entry.Shown(), entry.Value.Text() ?? "", AppValues.Span, At(entry.Key), key);

    private Place At(Node node) => place ?? node.Place;
}
