using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Verbs;

/// <summary>Prints the result of a command: by service on stdout, and failed workers on stderr.</summary>
internal static class Outcome
{
    private const string Removed = "removed";

    /// <param name="done">The state, or the action, that the command was to reach.</param>
    /// <param name="waited">True if the daemon waited for the workers; else only the acceptance of the command is known.</param>
    public static int Show(CommandDocument document, string done, bool waited)
    {
        foreach (var service in document.Workers.GroupBy(worker => FailureText.ServiceOf(worker.Name)))
            Console.WriteLine($"{service.Key}: {(waited ? Reached([.. service], done) : Taken([.. service]))}");
        if (document.Cut > 0) Console.WriteLine(Shown.Cut(document.Cut));
        var failed = document.Workers.Where(worker => !worker.Ok).ToArray();
        var suspects = failed.Where(worker => worker is { Untouched: not true, Paused: not true })
            .Select(worker => FailureText.ServiceOf(worker.Name));
        string[] failures = [.. failed.Select(worker => FailureText.For(worker, done))];
        foreach (var line in FailureText.Lines(failures, document.TimedOut, suspects))
            Console.Error.WriteLine($"reuseportctl: {line}");
        return document.TimedOut ? ExitCode.TimedOut : failed.Length > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>Counts workers in the requested state, even those that run with their old configuration.</summary>
    private static string Reached(CommandOutcome[] workers, string done)
    {
        var present = workers.Count(worker => worker.State != Removed);
        var there = workers.Count(worker => worker.State == done || (worker.Ok && worker.State != Removed));
        var before = workers.Count(worker => worker.State == done && worker is { Ok: false, Untouched: not true });
        var notReplaced = before > 0 ? $", {Shown.Number(before)} of them not replaced" : "";
        return $"{there} of {present} workers {done}{notReplaced}{Gone(workers)}";
    }

    private static string Taken(CommandOutcome[] workers) =>
        $"command accepted for {workers.Count(worker => worker.Ok && worker.State != Removed)} of "
        + $"{workers.Count(worker => worker.State != Removed)} workers{Gone(workers)}";

    private static string Gone(CommandOutcome[] workers) =>
        workers.Count(worker => worker.State == Removed) is > 0 and var gone ? $", {Shown.Number(gone)} {Removed}" : "";
}
