using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl signal NAME SIGNAL</c>.</summary>
internal static class SignalCommand
{
    private static readonly string[] Common = ["HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "KILL", "STOP", "CONT", "WINCH"];

    public static Command Create(Option<string> socket)
    {
        var name = NameWords.One(socket, "NAME", "A service, a worker, or a pattern.");
        var signal = new Argument<string>("SIGNAL") { Description = "HUP, SIGUSR1, 15 or RTMIN+3.", HelpName = "SIGNAL" };
        signal.CompletionSources.Add(Common);
        var command = new Command("signal", "Send a signal to the processes of workers.") { name, signal };
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            Ask.Post(
                parsed.GetRequiredValue(socket), "/v1/signal",
                new SignalRequest([parsed.GetRequiredValue(name)], parsed.GetRequiredValue(signal)),
                ContractJson.Default.SignalRequest),
            ContractJson.Default.CommandDocument, document => Outcome.Show(document, "signalled", waited: true), cancellation));
        return command;
    }
}
