using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>The keys of one app, https://pm2.keymetrics.io/docs/usage/application-declaration/.</summary>
/// <param name="place">The place of all keys, where the source is a script; null for the places of the nodes.</param>
internal sealed class AppKeys(ImportedProgram program, SourceTree tree, Place? place)
{
    private const string Instance = "NODE_APP_INSTANCE";

    private string directory = tree.Directory;

    public void Read(MapNode app, string script)
    {
        if (app.Find("cwd").Text() is { Length: > 0 } cwd) directory = tree.Absolute(cwd);
        program.PathTemplate(Key.WorkingDir, Placeholders.Escape(directory), At(app));
        AppCommand.Set(app, script, directory, At(app.Find("script") ?? app), program);
        program.Raw(Key.StopSignal, "INT", At(app));
        foreach (var entry in app.Entries)
        {
            if (!ReadProcess(entry) && !ReadLife(entry) && !ReadOutput(entry)) Rest(entry);
        }

        InstanceNumbers(app);
    }

    private bool ReadProcess(Entry entry)
    {
        var (at, text) = (At(entry.Key), entry.Value.Text());
        switch (entry.Key.Text)
        {
            case "name" or "script" or "cmd" or "args" or "interpreter" or "interpreter_args" or "interpreterArgs" or "node_args"
                or "nodeArgs" or "exec_interpreter" or "cwd" or "increment_var" or "instance_var":
                return true;
            case "instances":
                if (text is "max" or "0") program.Raw(Key.Workers, "auto", at);
                else if (Nodes.Integer(text) is >= 1 and var count) program.Number(Key.Workers, count, at);
                else program.Note(at, $"instances: {Printable.Text(text ?? "")} is the number of CPUs", "workers");
                if (Nodes.Integer(text) is < 0) program.Raw(Key.Workers, "auto", at);
                return true;
            case "exec_mode":
                if (text is "cluster" or "cluster_mode")
                    program.Note(at,
                        "cluster mode: workers are processes of their own; process.send and the cluster module have no master");
                return true;
            case "env" when entry.Value is MapNode map:
                foreach (var variable in map.Entries)
                {
                    if (variable.Value.Text() is { } value)
                        program.SetVariable(variable.Key.Text, Placeholders.Escape(value), At(variable.Key));
                }

                return true;
            case "uid" or "user" when text is not null:
                program.Word(Key.User, text, at);
                return true;
            case "gid" when text is not null:
                program.Word(Key.Group, text, at);
                return true;
            default:
                return false;
        }
    }

    private bool ReadLife(Entry entry)
    {
        var (at, text) = (At(entry.Key), entry.Value.Text());
        switch (entry.Key.Text)
        {
            case "autorestart":
                if (text == "false") program.Raw(Key.RestartPolicy, "\"no\"", at);
                return true;
            case "autostart":
                if (text == "false") program.Flag(Key.Autostart, false, at);
                return true;
            case "max_restarts" when Nodes.Integer(text) is { } attempts:
                program.Number(Key.MaxAttempts, Math.Max(1, attempts), at);
                program.Note(at, "max_attempts counts all restarts in 'window', also after a good start", "restart");
                return true;
            case "min_uptime":
                program.StartTime = AppValues.Span(text);
                return true;
            case "restart_delay":
                Span(Key.RestartDelay, text, at);
                program.Number(Key.RestartMultiplier, 1, at);
                return true;
            case "exp_backoff_restart_delay":
                Span(Key.RestartDelay, text, at);
                return true;
            case "kill_timeout":
                Span(Key.StopGrace, text, at);
                return true;
            case "listen_timeout":
                if (AppValues.Span(text) is { } limit && limit > TimeSpan.FromSeconds(30)) Span(Key.ReadinessTimeout, text, at);
                return true;
            case "max_memory_restart" when AppValues.Bytes(text) is { } bytes:
                program.Size(Key.MaxMemory, bytes, at);
                return true;
            default:
                return false;
        }
    }

    private bool ReadOutput(Entry entry)
    {
        var (at, text) = (At(entry.Key), entry.Value.Text());
        switch (entry.Key.Text)
        {
            case "out_file" or "output" or "out" when text is not null:
                File(Key.Stdout, text, at);
                return true;
            case "error_file" or "error" or "err_file" when text is not null:
                File(Key.Stderr, text, at);
                return true;
            case "log_file" or "log" when text is not null:
                program.Note(at, $"{entry.Key.Text}: stdout and stderr have a file each, or the journal", "stdout");
                return true;
            case "log_date_format" or "time" or "log_type":
                program.Note(at, $"{entry.Key.Text}: files have the lines of the program only; the journal has times", "stdout");
                return true;
            case "merge_logs" or "combine_logs" or "disable_logs" when text == "true":
                if (entry.Key.Text != "disable_logs") return true;
                program.Raw(Key.Stdout, "\"null\"", at);
                program.Raw(Key.Stderr, "\"null\"", at);
                return true;
            default:
                return false;
        }
    }

    private void File(Key stream, string path, Place at)
    {
        if (path is "/dev/null" or "NULL") program.Raw(stream, "\"null\"", at);
        else if (path is "/dev/stdout" or "/dev/stderr")
            program.Note(at, $"{path}: 'inherit' would write to the daemon's own", stream.Path);
        else if (path.StartsWith('~')) program.Missing(at, $"'{Printable.Text(path)}' is no absolute path", stream.Path);
        else program.OutputFile(stream, Placeholders.Escape(SourceTree.Absolute(directory, path)), at);
    }

    private void Rest(Entry entry)
    {
        var (at, name, text) = (At(entry.Key), entry.Key.Text, entry.Value.Text());
        if (text is "false" or null && entry.Value is not (MapNode or ListNode)) return;
        switch (name)
        {
            case "source_map_support" or "disable_source_map_support" or "vizion" or "merge_logs" or "combine_logs" or "pmx"
                or "automation" or "namespace" or "treekill" or "ignore_watch" or "watch_options" or "watch_delay" or "id"
                    or "pid_file" or "pid":
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
            case ['e', 'n', 'v', '_', ..]:
                program.Note(at, $"{Printable.Text(name)}: only 'env' is there", "environment");
                break;
            default:
                program.Unknown(at, name);
                break;
        }
    }

    /// <summary>PM2 numbers the processes of an app in a variable, and can raise another for each.</summary>
    private void InstanceNumbers(MapNode app)
    {
        if (app.Find("instances") is { } instances && instances.Text() is not "1")
            program.SetVariable(app.Find("instance_var").Text() ?? Instance, Placeholders.Number(0), At(instances));
        if (app.Find("increment_var") is not { } increment || increment.Text() is not { } name) return;
        var start = program.Environment.TryGetValue(name, out var variable)
            && int.TryParse(variable.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        program.SetVariable(name, Placeholders.Number(start), At(increment));
    }

    private void Span(Key key, string? text, Place at)
    {
        if (AppValues.Span(text) is { } span) program.Duration(key, span, at);
        else program.Missing(at, $"'{Printable.Text(text ?? "")}' is no time", key.Path);
    }

    private Place At(Node node) => place ?? node.Place;
}
