using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Words;

namespace Reuseportd.Control.Verbs;

/// <summary>The commands on workers that need nothing but names.</summary>
internal static class WorkersCommand
{
    public static Command Start(Option<string> socket) => Create(socket, "start", "ready", "Start workers that are stopped.");

    public static Command Stop(Option<string> socket) =>
        Create(socket, "stop", "stopped", "Stop workers; they stay stopped, also over 'apply', until they are started or their service changes.");

    public static Command Restart(Option<string> socket) => Create(
        socket, "restart", "ready", "Replace workers by new ones, a few at a time as 'update' of their service says; those that do not run are started.", replaces: true);

    public static Command Rollback(Option<string> socket) => Create(
        socket, "rollback", "ready", "Have services become what they were before they were changed last; it holds until the next 'apply'.", replaces: true);

    /// <summary>What is on its way goes on to its end: there is nothing to wait for.</summary>
    public static Command Pause(Option<string> socket) => Create(
        socket, "pause", "paused", "Replace no more workers of services that are being replaced; those that are half way go on.", waits: false);

    public static Command Resume(Option<string> socket) =>
        Create(socket, "resume", "ready", "Go on replacing workers, where that was paused or stopped at a failure.", replaces: true);

    /// <summary>It is done when it is taken.</summary>
    public static Command Reset(Option<string> socket) => Create(
        socket, "reset", "reset",
        "Take workers out of 'failed': they are stopped, and their tries and restarts count anew. 'start' does that as well, and starts them.", waits: false);

    /// <summary>A signal is sent or not: there is nothing to wait for.</summary>
    public static Command Reload(Option<string> socket) =>
        Create(socket, "reload", "signalled", "Send workers the reload_signal of their service, so that they read their own configuration again.", waits: false);

    /// <param name="done">What a worker is where the command did what it was to do.</param>
    /// <param name="replaces">Whether it may take long, and somebody else than a terminal wants to know how far it is.</param>
    private static Command Create(Option<string> socket, string verb, string done, string description, bool waits = true, bool replaces = false)
    {
        var names = NameWords.Several(socket, "Whom.", atLeastOne: true);
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
                Limit = waits ? wait.Limit(parsed) : Ask.Patience, Progress = waiting ? Progress.Start(path, named, replaces) : null,
            };
            return ControlClient.AskAsync(ask, ContractJson.Default.CommandDocument, document => Outcome.Show(document, done, waiting || !waits), cancellation);
        });
        return command;
    }
}
