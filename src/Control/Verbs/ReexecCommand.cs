using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl reexec</c>.</summary>
internal static class ReexecCommand
{
    public static Command Create(Option<string> socket)
    {
        var command = new Command(
            "reexec",
            "Replace the running daemon by the program on disk. The workers run on, and no connection is cut. The daemon waits "
            + "up to 30 s until no process is between its fork and its exec.");
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(socket);
            var ask = Ask.Post(path, "/v1/reexec", new ReexecRequest(), ContractJson.Default.ReexecRequest) with
            {
                Limit = TimeSpan.FromSeconds(60),
            };
            return ControlClient.AskAsync(ask, ContractJson.Default.ReexecDocument, Show, cancellation);
        });
        return command;
    }

    private static int Show(ReexecDocument done)
    {
        if (done.Obstacle is { } obstacle)
        {
            Console.Error.WriteLine($"reuseportctl: the daemon is not replaced: {obstacle}");
            return ExitCode.Failed;
        }

        Console.WriteLine($"the daemon is replaced; {done.Workers} workers run on");
        return ExitCode.Ok;
    }
}
