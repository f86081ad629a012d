using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Start, readiness, restart and end of a service.</summary>
internal sealed class LifeKeys(ImportedProgram program)
{
    /// <summary>The defaults of systemd-system.conf(5), where they are not those of the daemon.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(10);

    private const int DefaultBurst = 5;

    private const string OneProcess = "the stop signal goes to the program only, and SIGKILL to all its processes";

    private readonly List<Assignment> exitStatuses = [];

    private bool hasKillMode;

    private (TimeSpan Time, Place Place) startTimeout = (DefaultTimeout, program.Place);

    private (TimeSpan Time, Place Place)? interval;

    private (long Count, Place Place)? burst;

    /// <summary>Sets the defaults of systemd, which keys replace.</summary>
    public void Start()
    {
        program.Raw(Key.RestartPolicy, "\"no\"", program.Place);
        program.Duration(Key.StopGrace, DefaultTimeout, program.Place);
    }

    /// <returns>False for a key of another table.</returns>
    public bool Read(Assignment one) => ReadStart(one) || ReadRestart(one) || ReadStop(one);

    public void Finish()
    {
        // The limit of a start holds for a type that tells when it is ready.
        if (program.Settings.ContainsKey(Key.ReadinessType))
            program.Duration(Key.ReadinessTimeout, startTimeout.Time, startTimeout.Place);
        StartLimit();
        if (!hasKillMode && ShellLine.IsShell(program.Command))
            program.Note(program.CommandPlace, $"KillMode=control-group, the default: {OneProcess}", "stop_signal");
        var policy = program.Settings[Key.RestartPolicy].Text;
        foreach (var one in exitStatuses)
        {
            var matters = one.Key switch
            {
                "SuccessExitStatus" => policy == "on-failure", "RestartPreventExitStatus" => policy != "\"no\"", _ => true,
            };
            if (matters)
                program.Missing(one.Place, $"{Shown(one)} is left out: code 0 is the only success, and no other code counts",
                    "restart");
        }
    }

    private bool ReadStart(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "Type":
                Type(value, at);
                return true;
            case "TimeoutStartSec" or "TimeoutSec":
                if (Value(one, UnitValues.Limit, Key.ReadinessTimeout) is not { } limit) return true;
                startTimeout = (limit, at);
                if (one.Key == "TimeoutSec") program.Duration(Key.StopGrace, limit, at);
                program.Same();
                return true;
            case "ExecReload":
                if (ExecCommand.SignalOf(value) is { } signal) program.Signal(Key.ReloadSignal, signal, at);
                else program.Missing(at, $"ExecReload={Printable.Text(value)}: a reload is a signal here", Key.ReloadSignal.Path);
                return true;
            case "ExecStartPre" or "ExecCondition":
                program.Missing(
                    at, $"{one.Key}={Printable.Text(value)}: nothing runs before a start; use [sh, -c, \"... && exec ...\"]");
                return true;
            case "ExecStartPost" or "ExecStopPost":
                program.Missing(at, $"{one.Key}={Printable.Text(value)}: no command follows a start or an end");
                return true;
            default:
                return false;
        }
    }

    private void Type(string value, Place at)
    {
        switch (value)
        {
            case "notify" or "notify-reload":
                program.Raw(Key.ReadinessType, "notify", at);
                if (value == "notify-reload") program.Raw(Key.ReloadSignal, "HUP", at);
                break;
            case "forking":
                program.Missing(
                    at, "Type=forking: the program has to stay in the foreground; many programs have an option for that",
                    "command");
                break;
            case "simple" or "exec" or "idle":
                program.Same();
                break;
            default:
                program.Note(at, $"Type={Printable.Text(value)} is as Type=simple");
                break;
        }
    }

    private bool ReadRestart(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "Restart":
                Policy(one);
                return true;
            case "RestartSec":
                if (Value(one, UnitValues.Span, Key.RestartDelay) is not { } delay) return true;
                program.RestartDelay(delay, at, isConstant: !program.Settings.ContainsKey(Key.RestartMaxDelay));
                return true;
            case "RestartMaxDelaySec":
                if (Value(one, UnitValues.Span, Key.RestartMaxDelay) is not { } most) return true;
                if (most == TimeSpan.MaxValue) program.Same();
                else program.Duration(Key.RestartMaxDelay, most, at);
                if (most != TimeSpan.MaxValue) program.Settings.Remove(Key.RestartMultiplier);
                return true;
            case "RestartSteps":
                program.Note(at, "each wait is twice the one before", "restart");
                return true;
            case "StartLimitIntervalSec" or "StartLimitInterval":
                if (Value(one, UnitValues.Span, Key.Window) is not { } span) return true;
                interval = (span, at);
                program.Same();
                return true;
            case "StartLimitBurst":
                if (Value(one, Nodes.Integer, Key.MaxAttempts) is not { } count) return true;
                burst = (count, at);
                program.Same();
                return true;
            case "SuccessExitStatus" or "RestartPreventExitStatus" or "RestartForceExitStatus":
                exitStatuses.Add(one);
                program.Same();
                return true;
            default:
                return false;
        }
    }

    private void Policy(Assignment one)
    {
        var policy = one.Value switch
        {
            "no" => "\"no\"", "always" or "on-success" => "always",
            "on-failure" or "on-abnormal" or "on-abort" or "on-watchdog" => "on-failure", _ => null,
        };
        if (policy is null)
        {
            program.Missing(one.Place, $"{Shown(one)} is left out: the value cannot be read", "restart");
            return;
        }

        program.Raw(Key.RestartPolicy, policy, one.Place);
        if (one.Value is not ("no" or "always" or "on-failure"))
            program.Note(one.Place, $"{Shown(one)} is {policy} here", "restart");
    }

    /// <summary>Each of the two keys has its default beside the other. An interval of 0 is no limit.</summary>
    private void StartLimit()
    {
        if (interval is null && burst is null) return;
        var (time, timePlace) = interval ?? (DefaultInterval, program.Place);
        var (count, countPlace) = burst ?? (DefaultBurst, timePlace);
        if (time == TimeSpan.Zero || count == 0)
        {
            program.Number(Key.MaxAttempts, 0, timePlace);
            return;
        }

        program.Duration(Key.Window, time, timePlace);
        program.Number(Key.MaxAttempts, count, countPlace);
    }

    private bool ReadStop(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "TimeoutStopSec":
                if (Value(one, UnitValues.Limit, Key.StopGrace) is { } grace) program.Duration(Key.StopGrace, grace, at);
                return true;
            case "RuntimeMaxSec":
                if (Value(one, UnitValues.Span, Key.MaxAge) is not { } age) return true;
                if (age == TimeSpan.MaxValue) program.Same();
                else program.Duration(Key.MaxAge, age, at);
                program.Number(Key.Variance, 0, at);
                return true;
            case "KillSignal":
                program.Signal(Key.StopSignal, value, at);
                return true;
            case "ExecStop":
                if (ExecCommand.SignalOf(value) is { } signal) program.Signal(Key.StopSignal, signal, at);
                else program.Missing(at, $"ExecStop={Printable.Text(value)}: a stop is a signal here", Key.StopSignal.Path);
                return true;
            case "KillMode":
                hasKillMode = true;
                KillMode(value, at);
                return true;
            default:
                return false;
        }
    }

    private void KillMode(string value, Place at)
    {
        if (value is "process" or "none")
            program.Missing(at, $"KillMode={value}: processes that a worker leaves are killed");
        else if (value == "mixed")
            program.Same();
        else if (value == "control-group")
            program.Note(at, OneProcess, "stop_signal");
        else
            program.Unknown(at, $"KillMode={value}");
    }

    private T? Value<T>(Assignment one, Func<string, T?> parse, Key key)
        where T : struct =>
        program.Value($"{one.Key}={one.Value}", one.Value, parse, one.Place, key.Path);

    private static string Shown(Assignment one) => Printable.Text($"{one.Key}={one.Value}");
}
