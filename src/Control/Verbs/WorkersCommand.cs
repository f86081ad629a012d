using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary>The commands on workers that take only names.</summary>
internal static class WorkersCommand
{
    public static Command Start(Option<string> socket) =>
        Create(socket, "start", "ready", "Start workers that are stopped or have failed.");

    public static Command Stop(Option<string> socket) =>
        Create(
            socket, "stop", "stopped",
            "Stop workers. They stay stopped, also after 'apply', until they are started or their service changes.");

    public static Command Restart(Option<string> socket) => Create(
        socket, "restart", "ready",
        "Replace workers, a few at a time by the 'update' settings of their service. Stopped workers are started.",
        replaces: true);

    public static Command Rollback(Option<string> socket) => Create(
        socket, "rollback", "ready",
        "Return services to their configuration before the last change. The next 'apply' changes them again.", replaces: true);

    /// <summary>Replacements that have begun continue to their end: there is nothing to wait for.</summary>
    public static Command Pause(Option<string> socket) => Create(
        socket, "pause", "paused", "Pause the updates of services. Replacements that have begun continue to their end.",
        waits: false);

    public static Command Resume(Option<string> socket) =>
        Create(socket, "resume", "ready", "Resume updates that were paused, or that stopped at a failure.", replaces: true);

    /// <summary>The command is done when it is accepted.</summary>
    public static Command Reset(Option<string> socket) => Create(
        socket, "reset", "reset",
        "Reset failed workers: they become stopped, and retries and restarts count from 0. 'start' also resets.", waits: false);

    /// <summary>A signal is sent at once: there is nothing to wait for.</summary>
    public static Command Reload(Option<string> socket) =>
        Create(
            socket, "reload", "signalled",
            "Send workers the reload_signal of their service, so that they read their own configuration.",
            waits: false);

    /// <param name="done">The state, or the action, that the command is to reach.</param>
    /// <param name="replaces">True if the command may take long, so that its progress is printed without a terminal too.</param>
    private static Command Create(
        Option<string> socket, string verb, string done, string description, bool waits = true, bool replaces = false)
    {
        var names = NameWords.Several(socket, "Workers to act on.", atLeastOne: true);
        var wait = new WaitWords();
        var command = new Command(verb, description) { names };
        if (waits) wait.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var (path, named) = (parsed.GetRequiredValue(socket), parsed.GetRequiredValue(names));
            var waiting = waits && wait.IsWaiting(parsed);
            var request = waits ? new CommandRequest(named, waiting, wait.Seconds(parsed)) : new CommandRequest(named);
            var ask = Ask.Post(path, $"/v1/{verb}", request, ContractJson.Default.CommandRequest) with
            {
                Limit = waits ? wait.Limit(parsed) : Ask.Patience,
                Progress = waiting ? Progress.Start(path, named, replaces) : null,
            };
            return ControlClient.AskAsync(
                ask, ContractJson.Default.CommandDocument, document => Outcome.Show(document, done, waiting || !waits),
                cancellation);
        });
        return command;
    }
}
