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
        var command = new Command("apply", "Reads the configuration again and converges; where it has errors, nothing changes.");
        command.SetAction((parsed, cancellation) => ControlClient.AskAsync(
            parsed.GetRequiredValue(socket), HttpMethod.Post, "/v1/apply", ContractJson.Default.ApplyDocument, Show, cancellation));
        return command;
    }

    private static int Show(ApplyDocument applied)
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
        foreach (var worker in applied.NotReady.Take(MostNamed))
            Console.Error.WriteLine($"reuseportctl: {worker.Name} is not ready: {worker.State}{(worker.Detail is null ? "" : $": {worker.Detail}")}");
        if (applied.NotReady.Count > MostNamed) Console.Error.WriteLine($"reuseportctl: and {applied.NotReady.Count - MostNamed} more; see 'reuseportctl status'");
        return applied.NotReady.Count > 0 ? ExitCode.Failed : ExitCode.Ok;
    }
}
