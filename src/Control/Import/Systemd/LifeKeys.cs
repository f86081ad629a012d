using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Start, readiness, restart and end of a service.</summary>
internal sealed class LifeKeys(ImportedProgram program)
{
    private Assignment? startTimeout;

    /// <returns>False for a key of another table.</returns>
    public bool Read(Assignment one) => ReadStart(one) || ReadRestart(one) || ReadStop(one);

    /// <summary>The limit of a start holds for a type that tells when it is ready.</summary>
    public void Finish()
    {
        if (startTimeout is not { } one || UnitValues.Span(one.Value) is not { } span) return;
        if (span == TimeSpan.Zero) span = TimeSpan.MaxValue;
        if (program.Settings.ContainsKey(Key.ReadinessType)) program.Duration(Key.ReadinessTimeout, span, one.Place);
    }

    private bool ReadStart(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "Type":
                Type(value, at);
                return true;
            case "TimeoutStartSec":
                startTimeout = one;
                return true;
            case "TimeoutSec":
                startTimeout = one;
                Span(Key.StopGrace, one);
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
                    at, "Type=forking: the program has to stay in the foreground; it has an option for that", "command");
                break;
            case "simple" or "exec" or "idle":
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
                var policy = value is "no" ? "\"no\"" : value is "always" or "on-success" ? "always" : "on-failure";
                program.Raw(Key.RestartPolicy, policy, at);
                if (value is not ("no" or "always" or "on-failure"))
                    program.Note(at, $"Restart={Printable.Text(value)} is {policy} here", "restart");
                return true;
            case "RestartSec":
                Span(Key.RestartDelay, one);
                if (!program.Settings.ContainsKey(Key.RestartMaxDelay)) program.Number(Key.RestartMultiplier, 1, at);
                return true;
            case "RestartMaxDelaySec":
                if (UnitValues.Span(value) is { } most && most != TimeSpan.MaxValue)
                    program.Duration(Key.RestartMaxDelay, most, at);
                program.Settings.Remove(Key.RestartMultiplier);
                return true;
            case "RestartSteps":
                program.Note(at, "each wait is twice the one before", "restart");
                return true;
            case "StartLimitIntervalSec" or "StartLimitInterval":
                if (UnitValues.Span(value) == TimeSpan.Zero) program.Number(Key.MaxAttempts, 0, at);
                else Span(Key.Window, one);
                return true;
            case "StartLimitBurst":
                if (UnitValues.Integer(value) is { } burst && !program.Settings.ContainsKey(Key.MaxAttempts))
                    program.Number(Key.MaxAttempts, burst, at);
                return true;
            case "SuccessExitStatus" or "RestartPreventExitStatus" or "RestartForceExitStatus":
                program.Note(at, $"{one.Key}={Printable.Text(value)}: on-failure takes code 0 only as success", "restart");
                return true;
            default:
                return false;
        }
    }

    private bool ReadStop(Assignment one)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "TimeoutStopSec":
                Span(Key.StopGrace, one);
                return true;
            case "RuntimeMaxSec":
                Span(Key.MaxAge, one);
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
                if (value is "process" or "none")
                    program.Missing(at, $"KillMode={value}: processes that a worker leaves are killed");
                else if (value != "mixed")
                    program.Note(at, "the stop signal goes to the program only, and SIGKILL to all its processes", "stop_signal");
                return true;
            case "SendSIGKILL" or "FinalKillSignal" or "RestartKillSignal" or "SendSIGHUP":
                program.Unknown(at, $"{one.Key}={value}");
                return true;
            default:
                return false;
        }
    }

    private void Span(Key key, Assignment one)
    {
        if (UnitValues.Span(one.Value) is { } span) program.Duration(key, span, one.Place);
        else program.Missing(one.Place, $"{one.Key}={Printable.Text(one.Value)} is no time", key.Path);
    }
}
