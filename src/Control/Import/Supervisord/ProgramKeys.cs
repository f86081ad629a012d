using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>The keys of one <c>[program:x]</c>; see http://supervisord.org/configuration.html.</summary>
internal sealed class ProgramKeys(ImportedProgram program, string group, string here)
{
    private const int ExplicitRetries = 1_000_000;

    private Expansion expansion = new(program, group, here);
    private bool isSmart;

    /// <param name="daemon">The section of supervisord itself, whose environment, user, umask and directory programs
    /// inherit.</param>
    public void Read(IniSection section, IniSection? daemon)
    {
        var workers = Integer(section, "numprocs") ?? 1;
        expansion = new Expansion(program, group, here)
        {
            Workers = Math.Clamp(workers, 1, 10_000), Start = Math.Max(0, Integer(section, "numprocs_start") ?? 0),
        };
        if (section.Entries.TryGetValue("numprocs", out var numprocs)) program.Number(Key.Workers, workers, numprocs.Place);
        foreach (var entry in daemon?.Entries.Values.Where(
            entry => entry.Key is "environment" or "user" or "umask" or "directory") ?? [])
            Entry(entry);
        program.Raw(Key.RestartPolicy, "on-failure", section.Place);
        program.StartTime = TimeSpan.FromSeconds(1);
        foreach (var entry in section.Entries.Values) Entry(entry);
        if (isSmart && section.Entries.TryGetValue("exitcodes", out var codes) && codes.Value.Trim() != "0")
            program.Note(
                codes.Place, $"exitcodes={Printable.Text(codes.Value)}: on-failure takes code 0 only as success", "restart");
        Output(section);
    }

    private void Entry(IniEntry entry)
    {
        var (at, value) = (entry.Place, entry.Value);
        switch (entry.Key)
        {
            case "command":
                Command(value, at);
                break;
            case "environment":
                foreach (var (name, text) in EnvironmentText.Pairs(value))
                    program.SetVariable(name, Text(text, at, "environment"), at);
                break;
            case "directory":
                program.PathTemplate(Key.WorkingDir, Text(value, at, "working_dir"), at);
                break;
            case "user":
                program.Word(Key.User, Placeholders.Unescape(Text(value, at, "user")), at);
                break;
            case "umask":
                program.UmaskText(value, at);
                break;
            case "autostart":
                if (!IsTrue(value)) program.Flag(Key.Autostart, false, at);
                break;
            case "autorestart":
                isSmart = value.Trim() == "unexpected";
                program.Raw(Key.RestartPolicy, isSmart ? "on-failure" : IsTrue(value) ? "always" : "\"no\"", at);
                break;
            default:
                Life(entry);
                break;
        }
    }

    private void Life(IniEntry entry)
    {
        var (at, value) = (entry.Place, entry.Value);
        switch (entry.Key)
        {
            case "startsecs":
                program.StartTime = Seconds(value);
                break;
            case "startretries":
                Retries(value, at);
                break;
            case "stopsignal":
                program.Signal(Key.StopSignal, value.Trim(), at);
                break;
            case "stopwaitsecs":
                if (Seconds(value) is { } grace) program.Duration(Key.StopGrace, grace, at);
                break;
            default:
                Rest(entry);
                break;
        }
    }

    private void Rest(IniEntry entry)
    {
        var (at, value) = (entry.Place, entry.Value);
        switch (entry.Key)
        {
            case "priority":
                program.Note(at, $"priority={Printable.Text(value)}: the order of starts is that of 'depends_on'");
                break;
            case "stopasgroup":
                if (IsTrue(value))
                    program.Note(at, "stopasgroup: the stop signal goes to the program only, and SIGKILL to all its processes",
                        "stop_signal");
                break;
            case "serverurl" or "stdout_capture_maxbytes" or "stderr_capture_maxbytes" or "stdout_events_enabled"
                or "stderr_events_enabled":
                if (value.Trim() is not ("0" or "false" or "AUTO" or "auto"))
                    program.Unknown(at, entry.Key);
                break;
            case "socket" or "socket_owner" or "socket_mode" or "socket_backlog":
                program.Missing(at, $"{entry.Key}={Printable.Text(value)}: the program must bind the socket itself");
                break;
            case "numprocs" or "numprocs_start" or "process_name" or "exitcodes" or "killasgroup" or "redirect_stderr"
                or "stdout_logfile" or "stderr_logfile" or "stdout_logfile_maxbytes" or "stderr_logfile_maxbytes"
                or "stdout_logfile_backups" or "stderr_logfile_backups" or "stdout_syslog" or "stderr_syslog":
                break;
            default:
                program.Unknown(at, entry.Key);
                break;
        }
    }

    private void Command(string value, Place at)
    {
        program.CommandPlace = at;
        if (WordSplit.Split(value, out var problem) is not { Count: > 0 } words)
        {
            program.Missing(at, $"the command cannot be read: {problem ?? "it is empty"}");
            return;
        }

        program.Command = CommandWord.Command([.. words.Select(word => expansion.Word(word, at))], out var isShell);
        if (isShell) program.Note(at, "a shell puts variables of the daemon's environment in", "command");
    }

    private void Retries(string value, Place at)
    {
        if (!int.TryParse(value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var retries))
            retries = ExplicitRetries;
        program.Number(Key.MaxAttempts, Math.Max(1, retries), at);
        program.Note(
            at, $"startretries={Printable.Text(value)}: max_attempts counts all restarts in 'window', also after a good start",
                "restart");
    }

    private void Output(IniSection section)
    {
        OutputKeys.Read(section, Key.Stdout, program, value => Text(value, section.Entries["stdout_logfile"].Place, "stdout"));
        if (section.Entries.TryGetValue("redirect_stderr", out var redirect) && IsTrue(redirect.Value))
        {
            if (program.Settings.TryGetValue(Key.Stdout, out var stdout)) program.Raw(Key.Stderr, stdout.Text, redirect.Place);
            return;
        }

        OutputKeys.Read(section, Key.Stderr, program, value => Text(value, section.Entries["stderr_logfile"].Place, "stderr"));
    }

    private string Text(string value, Place at, string key) => expansion.Text(value.Trim(), at, key);

    private static int? Integer(IniSection section, string key) =>
        section.Entries.TryGetValue(key, out var entry)
        && int.TryParse(entry.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static TimeSpan? Seconds(string value) =>
        int.TryParse(value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static bool IsTrue(string value) => value.Trim().ToLowerInvariant() is "true" or "on" or "yes" or "1";
}
