using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl drain</c> and <c>undrain</c>.</summary>
internal static class HostCommand
{
    public static Command Drain(Option<string> socket)
    {
        var grace = DurationWords.Create(
            "--lb-grace", "Time for load balancers to notice that the host is not ready. All workers serve on meanwhile. "
            + "Default: 10s.");
        var wait = new WaitWords();
        var command = new Command(
            "drain",
            "Take this host out of service: it is not ready for load balancers, and after --lb-grace all workers finish their "
            + "connections and end. No worker starts before 'undrain'.")
        {
            grace,
        };
        wait.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var waiting = wait.IsWaiting(parsed);
            var request = new DrainRequest(parsed.GetValue(grace)?.TotalSeconds, waiting, wait.Seconds(parsed));
            var path = parsed.GetRequiredValue(socket);
            var ask = Ask.Post(path, "/v1/drain", request, ContractJson.Default.DrainRequest) with
            {
                Limit = wait.Limit(parsed), Progress = waiting ? Progress.Start(path, []) : null,
            };
            return ControlClient.AskAsync(
                ask, ContractJson.Default.CommandDocument, done => Show(done, "stopped", waiting, "the host is drained"),
                cancellation);
        });
        return command;
    }

    public static Command Undrain(Option<string> socket)
    {
        var wait = new WaitWords();
        var command = new Command(
            "undrain", "Take this host back into service after 'drain', at any moment: its workers start again.");
        wait.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var waiting = wait.IsWaiting(parsed);
            var request = new UndrainRequest(waiting, wait.Seconds(parsed));
            var path = parsed.GetRequiredValue(socket);
            var ask = Ask.Post(path, "/v1/undrain", request, ContractJson.Default.UndrainRequest) with
            {
                Limit = wait.Limit(parsed), Progress = waiting ? Progress.Start(path, []) : null,
            };
            return ControlClient.AskAsync(
                ask, ContractJson.Default.CommandDocument, done => Show(done, "ready", waiting, "the host is in service"),
                cancellation);
        });
        return command;
    }

    /// <param name="whole">The text for a host whose workers have all reached the state.</param>
    private static int Show(CommandDocument document, string done, bool waited, string whole)
    {
        var code = Outcome.Show(document, done, waited);
        if (code == ExitCode.Ok) Console.WriteLine(waited ? whole : "command accepted");
        return code;
    }
}
