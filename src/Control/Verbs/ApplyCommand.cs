using System.CommandLine;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary><c>reuseportctl apply</c>.</summary>
internal static class ApplyCommand
{
    /// <summary>Of a service that cannot start all copies say the same.</summary>
    private const int MostNamed = 4;

    public static Command Create(Option<string> socket)
    {
        var wait = new WaitWords();
        var command = new Command("apply", "Read the configuration again and converge; only what changed is touched, and a bad file changes nothing.");
        wait.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var path = parsed.GetRequiredValue(socket);
            var request = new ApplyRequest(wait.IsWaiting(parsed), wait.Seconds(parsed));
            var ask = Ask.Post(path, "/v1/apply", request, ContractJson.Default.ApplyRequest) with
            {
                Limit = wait.Limit(parsed), Progress = wait.IsWaiting(parsed) ? Progress.Start(path, []) : null,
            };
            return ControlClient.AskAsync(ask, ContractJson.Default.ApplyDocument, document => Show(document, wait.IsWaiting(parsed)), cancellation);
        });
        return command;
    }

    private static int Show(ApplyDocument applied, bool waited)
    {
        foreach (var warning in applied.Warnings) Console.Error.WriteLine(warning);
        foreach (var error in applied.Errors) Console.Error.WriteLine(error);
        if (applied.Errors.Count > 0)
        {
            Console.Error.WriteLine("reuseportctl: nothing was changed");
            return ExitCode.Failed;
        }

        Console.WriteLine(
            $"services: {applied.Added} added, {applied.Changed} changed, {applied.Removed} removed, {applied.Unchanged} unchanged; "
            + $"{applied.Ready} of {applied.Workers} workers ready");
        if (!waited) return ExitCode.Ok;
        foreach (var worker in applied.NotReady.Take(MostNamed))
            Console.Error.WriteLine($"reuseportctl: {worker.Name}{Plight(worker)}");
        if (applied.NotReady.Count > MostNamed) Console.Error.WriteLine($"reuseportctl: and {applied.NotReady.Count - MostNamed} more; see 'reuseportctl status'");
        foreach (var service in applied.RolledBack)
            Console.Error.WriteLine($"reuseportctl: {service} was rolled back and runs as before; 'reuseportctl logs {service}' shows what the new process said");
        if (applied.TimedOut) Console.Error.WriteLine("reuseportctl: the time is over; the daemon goes on");
        return applied.TimedOut ? ExitCode.TimedOut : applied.NotReady.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>One that is ready is so as what it was.</summary>
    private static string Plight(UnreadyWorker worker) => (worker.State, worker.Detail) switch
    {
        ("ready", { } detail) => $": {Shown.Harmless(detail)}",
        (var state, { } detail) => $" is not ready: {state}: {Shown.Harmless(detail)}",
        (var state, null) => $" is not ready: {state}",
    };
}
