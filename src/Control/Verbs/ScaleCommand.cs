using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl scale SERVICE N</c>.</summary>
internal static class ScaleCommand
{
    public static Command Create(Option<string> socket)
    {
        var service = NameWords.Service(socket);
        var workers = new Argument<int>("N")
        {
            Description = "Number of workers.",
            CustomParser = result =>
            {
                if (int.TryParse(result.Tokens[0].Value, System.Globalization.NumberStyles.None, null, out var number))
                    return number;
                result.AddError($"N accepts a number of workers, not '{result.Tokens[0].Value}'");
                return 0;
            },
        };
        var wait = new WaitWords();
        var command = new Command(
            "scale",
            "Change the number of a service's workers; the remaining workers are not affected. "
            + "The number holds until 'workers' of the service changes on disk.")
        {
            service, workers,
        };
        wait.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var (path, name) = (parsed.GetRequiredValue(socket), parsed.GetRequiredValue(service));
            var request = new ScaleRequest(parsed.GetValue(workers), wait.IsWaiting(parsed), wait.Seconds(parsed));
            var route = $"/v1/services/{Uri.EscapeDataString(name)}/scale";
            var ask = Ask.Post(path, route, request, ContractJson.Default.ScaleRequest) with
            {
                Limit = wait.Limit(parsed), Progress = wait.IsWaiting(parsed) ? Progress.Start(path, [name]) : null,
            };
            return ControlClient.AskAsync(
                ask, ContractJson.Default.CommandDocument, document => Outcome.Show(document, "ready", wait.IsWaiting(parsed)),
                cancellation);
        });
        return command;
    }
}
