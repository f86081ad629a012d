using System.Runtime.CompilerServices;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>The keys of one <c>[program:x]</c>; see http://supervisord.org/configuration.html.</summary>
/// <param name="left">See <see cref="Expansion"/>.</param>
internal sealed class ProgramKeys(
    ImportedProgram program, string group, IniSection section, StrongBox<int> left, string hostName)
{
    /// <summary>Keys of <c>[supervisord]</c> that each program inherits.</summary>
    public static readonly string[] Inherited = ["environment", "user", "umask", "directory", "minfds", "minprocs"];

    /// <summary>Other values name these, so they are read before them.</summary>
    private static readonly string[] First = ["numprocs", "numprocs_start", "environment"];

    private readonly Expansion expansion = new(program, group, left, hostName);

    /// <param name="daemon">The section of supervisord itself.</param>
    public void Read(IniSection? daemon)
    {
        // The defaults of supervisord. Its other defaults are those of the daemon.
        program.Raw(Key.RestartPolicy, "on-failure", section.Place);
        program.StartTime = TimeSpan.FromSeconds(1);
        foreach (var entry in daemon?.Entries.Values.Where(entry => Inherited.Contains(entry.Key)) ?? []) Read(entry);
        foreach (var name in First)
        {
            if (section.Entries.TryGetValue(name, out var entry)) Read(entry);
        }

        foreach (var entry in section.Entries.Values.Where(entry => !First.Contains(entry.Key))) Read(entry);
        ExitCodes();
        Output();
    }

    private void Read(IniEntry entry) => program.Read(Shown(entry), entry.Place, () => Entry(entry));

    private void Entry(IniEntry entry)
    {
        switch (entry.Key)
        {
            case "command":
                CommandKey.Read(entry, program, expansion);
                break;
            case "environment":
                Environment(entry);
                break;
            case "directory":
                if (Text(entry, "working_dir") is { } path) program.PathTemplate(Key.WorkingDir, path, entry.Place);
                break;
            case "user":
                program.Account(Key.User, Text(entry, "user"), entry.Place);
                break;
            case "umask":
                if (Plain(entry, "umask") is { } umask) program.UmaskText(umask, entry.Place);
                break;
            case "numprocs":
                if (Value(entry, Nodes.Integer, "workers") is { } workers) Copies(workers, entry.Place);
                break;
            case "numprocs_start":
                if (Value(entry, Nodes.Integer, "workers") is not { } start) break;
                expansion.Start = (int)Math.Clamp(start, 0, int.MaxValue);
                program.Same();
                break;
            case "autostart":
                if (Value(entry, IniValues.Flag, "autostart") is { } isStarted) Unless(isStarted, Key.Autostart, entry);
                break;
            default:
                Life(entry);
                break;
        }
    }

    private void Life(IniEntry entry)
    {
        var at = entry.Place;
        switch (entry.Key)
        {
            case "autorestart":
                if (Value(entry, IniValues.Restart, "restart") is { } restart)
                    program.Raw(Key.RestartPolicy, restart switch
                    {
                        AutoRestart.Always => "always", AutoRestart.Never => "\"no\"", _ => "on-failure",
                    }, at);
                break;
            case "startsecs":
                if (Value(entry, IniValues.Seconds, "readiness") is { } time) program.StartTime = time;
                break;
            case "startretries":
                if (Value(entry, Nodes.Integer, "restart") is not { } retries) break;
                program.Number(Key.MaxAttempts, Math.Max(1, retries), at);
                program.Note(
                    at, $"{Shown(entry)}: max_attempts counts all restarts in 'window', also after a good start", "restart");
                break;
            case "stopsignal":
                if (Plain(entry, "stop_signal") is { } signal) program.Signal(Key.StopSignal, signal, at);
                break;
            case "stopwaitsecs":
                if (Value(entry, IniValues.Seconds, "stop_grace_period") is { } grace)
                    program.Duration(Key.StopGrace, grace, at);
                break;
            case "exitcodes":
                if (Value(entry, IniValues.IsZeroOnly, "restart") is not null) program.Same();
                break;
            case "stopasgroup" or "killasgroup":
                if (Value(entry, IniValues.Flag, "stop_signal") is { } isGroup) Group(entry, isGroup);
                break;
            default:
                Rest(entry);
                break;
        }
    }

    private void Rest(IniEntry entry)
    {
        switch (entry.Key)
        {
            case "priority":
                program.Note(entry.Place, $"{Shown(entry)}: the order of starts is that of 'depends_on'");
                break;
            case "process_name":
                program.Note(entry.Place, $"{Shown(entry)}: workers have the name of the service and a number");
                break;
            case "minfds":
                if (Value(entry, Nodes.Integer, "limits") is { } files) program.Number(Key.Limit("nofile"), files, entry.Place);
                break;
            case "stdout_logfile" or "stderr_logfile":
                program.Same();
                break;
            case "minprocs":
                program.Note(entry.Place, $"{Shown(entry)} is left out", "limits");
                break;
            case "stdout_logfile_backups" or "stderr_logfile_backups":
                if (Value(entry, Nodes.Integer) is not null) program.Same();
                break;
            case "stdout_logfile_maxbytes" or "stderr_logfile_maxbytes":
                if (Value(entry, IniValues.Bytes) is not null) program.Same();
                break;
            case "redirect_stderr":
                if (Value(entry, IniValues.Flag, "stderr") is not null) program.Same();
                break;
            case "stdout_syslog" or "stderr_syslog":
                if (Value(entry, IniValues.Flag) is { } isLogged) SameIf(!isLogged, entry, "the journal has the output");
                break;
            case "stdout_events_enabled" or "stderr_events_enabled":
                if (Value(entry, IniValues.Flag) is { } isSent) SameIf(!isSent, entry, "");
                break;
            case "stdout_capture_maxbytes" or "stderr_capture_maxbytes":
                if (Value(entry, IniValues.Bytes) is { } captured) SameIf(captured == 0, entry, "");
                break;
            case "serverurl":
                SameIf(entry.Value.Trim().Equals("AUTO", StringComparison.OrdinalIgnoreCase), entry, "");
                break;
            case "socket" or "socket_owner" or "socket_mode" or "socket_backlog":
                program.Missing(entry.Place, $"{Shown(entry)}: the program must bind the socket itself");
                break;
            default:
                program.Unknown(entry.Place, Shown(entry));
                break;
        }
    }

    /// <summary>Without processes, supervisord knows the program and does not start it.</summary>
    private void Copies(long workers, Place at)
    {
        expansion.Workers = (int)Math.Clamp(workers, 1, Key.Workers.Most);
        if (workers > 0) program.Number(Key.Workers, workers, at);
        else program.KeepStopped(at, "supervisord has no process of this program");
    }

    private void Environment(IniEntry entry)
    {
        var variables = EnvironmentText.Variables(entry.Value, out var rest);
        foreach (var (name, text) in variables)
        {
            if (expansion.Text(text.Trim(), entry.Place, "environment") is { } value)
                program.SetVariable(name, value, entry.Place);
        }

        if (variables.Count == 0) program.Same();
        if (rest.Length > 0)
            program.Missing(entry.Place, $"'{Printable.Text(rest)}' is no list of NAME=value", "environment");
    }

    private void Group(IniEntry entry, bool isGroup)
    {
        if (isGroup && entry.Key == "stopasgroup")
            program.Note(
                entry.Place, "stopasgroup: the stop signal goes to the program only, and SIGKILL to all its processes",
                "stop_signal");
        else
            program.Same();
    }

    /// <summary>For the daemon, code 0 is the only success.</summary>
    private void ExitCodes()
    {
        if (section.Entries.TryGetValue("exitcodes", out var codes) && IniValues.IsZeroOnly(codes.Value.Trim()) == false
            && program.Settings[Key.RestartPolicy].Text == "on-failure")
            program.Missing(codes.Place, $"{Shown(codes)}: for on-failure, code 0 is the only success", "restart");
    }

    private void Output()
    {
        OutputKeys.Read(section, Key.Stdout, program, LogFile("stdout"));
        if (section.Entries.TryGetValue("redirect_stderr", out var redirect) && IniValues.Flag(redirect.Value.Trim()) == true)
        {
            if (program.Settings.TryGetValue(Key.Stdout, out var stdout)) program.Raw(Key.Stderr, stdout.Text, redirect.Place);
            return;
        }

        OutputKeys.Read(section, Key.Stderr, program, LogFile("stderr"));
    }

    private string? LogFile(string stream) =>
        section.Entries.TryGetValue($"{stream}_logfile", out var file) ? Text(file, stream) : null;

    private void Unless(bool isUsual, Key key, IniEntry entry)
    {
        if (isUsual) program.Same();
        else program.Flag(key, false, entry.Place);
    }

    private void SameIf(bool isUsual, IniEntry entry, string remedy)
    {
        if (isUsual) program.Same();
        else program.Unknown(entry.Place, Shown(entry), remedy);
    }

    /// <returns>A text with placeholders; null after a remark.</returns>
    private string? Text(IniEntry entry, string key) => expansion.Text(entry.Value.Trim(), entry.Place, key);

    /// <returns>A text without placeholders; null after a remark.</returns>
    private string? Plain(IniEntry entry, string key)
    {
        if (Text(entry, key) is not { } text) return null;
        if (!Placeholders.HasAny(text)) return Placeholders.Unescape(text);
        program.Missing(entry.Place, $"{Shown(entry)} is left out: it differs for each worker", key);
        return null;
    }

    private T? Value<T>(IniEntry entry, Func<string, T?> parse, string key = "")
        where T : struct =>
        Plain(entry, key) is { } text ? program.Value(Shown(entry), text, parse, entry.Place, key) : null;

    private static string Shown(IniEntry entry) => Printable.Text($"{entry.Key}={entry.Value}");
}
