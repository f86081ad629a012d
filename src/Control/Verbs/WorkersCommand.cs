using System.CommandLine;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary>The commands on workers that need nothing but names: start, stop, restart, reload and reset.</summary>
internal static class WorkersCommand
{
    public static Command Start(Option<string> socket) => Create(socket, "start", "ready", "Start workers that are stopped.");

    public static Command Stop(Option<string> socket) =>
        Create(socket, "stop", "stopped", "Stop workers; they stay stopped, also over 'apply', until they are started or their service changes.");

    public static Command Restart(Option<string> socket) => Create(socket, "restart", "ready", "Stop workers and start them again.");

    /// <summary>It is done when it is taken.</summary>
    public static Command Reset(Option<string> socket) => Create(
        socket, "reset", "reset",
        "Take workers out of 'failed': they are stopped, and their tries count anew. 'start' does that as well, and starts them.", waits: false);

    /// <summary>A signal is sent or not: there is nothing to wait for.</summary>
    public static Command Reload(Option<string> socket) =>
        Create(socket, "reload", "signalled", "Send workers the reload_signal of their service, so that they read their own configuration again.", waits: false);

    private static Command Create(Option<string> socket, string verb, string done, string description, bool waits = true)
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
                Limit = waits ? wait.Limit(parsed) : Ask.Patience, Progress = waiting ? Progress.Start(path, named) : null,
            };
            return ControlClient.AskAsync(ask, ContractJson.Default.CommandDocument, document => Outcome.Show(document, done, waiting || !waits), cancellation);
        });
        return command;
    }
}
