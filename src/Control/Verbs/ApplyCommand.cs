using System.CommandLine;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Arguments;
using Reuseportd.Control.Connection;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary><c>reuseportctl apply</c>.</summary>
internal static class ApplyCommand
{
    public static Command Create(Option<string> socket)
    {
        var wait = new WaitWords();
        var command = new Command(
            "apply",
            "Read the configuration again and apply it. Only changed services are affected; a file with errors "
            + "changes nothing.");
        wait.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(socket);
            var request = new ApplyRequest(wait.IsWaiting(parsed), wait.Seconds(parsed));
            var ask = Ask.Post(path, "/v1/apply", request, ContractJson.Default.ApplyRequest) with
            {
                Limit = wait.Limit(parsed), Progress = wait.IsWaiting(parsed) ? Progress.Start(path, []) : null,
            };
            return ControlClient.AskAsync(
                ask, ContractJson.Default.ApplyDocument, document => Show(document, wait.IsWaiting(parsed)), cancellation);
        });
        return command;
    }

    private static int Show(ApplyDocument applied, bool waited)
    {
        foreach (var warning in applied.Warnings) Console.Error.WriteLine(warning);
        foreach (var error in applied.Errors) Console.Error.WriteLine(error);
        foreach (var file in applied.NotReopened)
            Console.Error.WriteLine(
                $"reuseportctl: {Shown.Harmless(file.Path)} could not be opened again: {file.Error}; "
                + "output continues in the open file, even if that was renamed");
        if (applied.Errors.Count > 0)
        {
            Console.Error.WriteLine("reuseportctl: nothing was changed");
            return ExitCode.Failed;
        }

        var back = applied.RolledBack.Count > 0 ? $", {applied.RolledBack.Count} rolled back" : "";
        Console.WriteLine(
            $"services: {applied.Added} added, {applied.Changed} changed, {applied.Removed} removed, "
            + $"{applied.Unchanged} unchanged{back}; {applied.Ready} of {applied.Workers} workers ready");
        if (applied.Cut > 0) Console.WriteLine(Shown.Cut(applied.Cut));
        if (!waited) return applied.NotReopened.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
        foreach (var service in applied.RolledBack)
            Console.Error.WriteLine($"reuseportctl: {service} was rolled back to its former configuration");
        var suspects = applied.NotReady.Where(worker => worker.Paused is not true)
            .Select(worker => FailureText.ServiceOf(worker.Name)).Concat(applied.RolledBack);
        var lines = FailureText.Lines([.. applied.NotReady.Select(FailureText.For)], applied.TimedOut, suspects);
        foreach (var line in lines) Console.Error.WriteLine($"reuseportctl: {line}");
        if (applied.TimedOut) return ExitCode.TimedOut;
        return applied.NotReady.Count + applied.NotReopened.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
    }
}
