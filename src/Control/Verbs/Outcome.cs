using Reuseportd.Api.Contract;
using Reuseportd.Control.Tables;

namespace Reuseportd.Control.Verbs;

/// <summary>What came of a command, by service on stdout and by worker where it failed on stderr.</summary>
internal static class Outcome
{
    private const string Removed = "removed";

    /// <param name="done">What a worker is where the command did what it was to do.</param>
    /// <param name="waited">Whether that was waited for; else the command was taken and no more is known.</param>
    public static int Show(CommandDocument document, string done, bool waited)
    {
        foreach (var service in document.Workers.GroupBy(worker => FailureText.ServiceOf(worker.Name)))
            Console.WriteLine($"{service.Key}: {(waited ? Reached([.. service], done) : Taken([.. service]))}");
        if (document.Cut > 0) Console.WriteLine(Shown.Cut(document.Cut));
        var failed = document.Workers.Where(worker => !worker.Ok).ToArray();
        var suspects = failed.Where(worker => worker is { Untouched: not true, Paused: not true }).Select(worker => FailureText.ServiceOf(worker.Name));
        foreach (var line in FailureText.Lines([.. failed.Select(worker => FailureText.Of(worker, done))], document.TimedOut, suspects))
            Console.Error.WriteLine($"reuseportctl: {line}");
        return document.TimedOut ? ExitCode.TimedOut : failed.Length > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    /// <summary>One that is where it was to be counts as that, though it may be so as what it was.</summary>
    private static string Reached(CommandOutcome[] workers, string done)
    {
        var present = workers.Count(worker => worker.State != Removed);
        var there = workers.Count(worker => worker.State == done || (worker.Ok && worker.State != Removed));
        var before = workers.Count(worker => worker.State == done && worker is { Ok: false, Untouched: not true });
        return $"{there} of {present} workers {done}{(before > 0 ? $", {Shown.Number(before)} of them as before" : "")}{Gone(workers)}";
    }

    private static string Taken(CommandOutcome[] workers) =>
        $"command taken for {workers.Count(worker => worker.Ok && worker.State != Removed)} of {workers.Count(worker => worker.State != Removed)} workers{Gone(workers)}";

    private static string Gone(CommandOutcome[] workers) =>
        workers.Count(worker => worker.State == Removed) is > 0 and var gone ? $", {Shown.Number(gone)} {Removed}" : "";
}
