using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>Words the failures of workers, in one line each, for all verbs; pure.</summary>
internal static class FailureText
{
    /// <summary>Most workers that are listed: all copies of a service may have the same message.</summary>
    private const int MostNamed = 4;

    /// <param name="done">The state, or the action, that the command was to reach.</param>
    public static string For(CommandOutcome worker, string done) => For(
        worker.Name, worker.State, LastLines.With(worker.Name, worker.Detail, worker.State, worker.LastLine),
        worker.Untouched is true, done);

    /// <summary>For a worker that was to be ready; one that is ready runs with its old configuration.</summary>
    public static string For(UnreadyWorker worker) => For(
        worker.Name, worker.State, LastLines.With(worker.Name, worker.Detail, worker.State, worker.LastLine),
        isUntouched: false, "ready");

    /// <summary>The lines for stderr: the first workers, the number of others, and the next command to try.</summary>
    /// <param name="suspects">Services whose status or logs may show the cause.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<string> failures, bool timedOut, IEnumerable<string> suspects)
    {
        foreach (var failure in failures.Take(MostNamed)) yield return failure;
        if (failures.Count > MostNamed)
            yield return $"and {Shown.Number(failures.Count - MostNamed)} more; see 'reuseportctl status'";
        if (timedOut) yield return "the time limit is over; the daemon continues";
        string[] services = [.. suspects.Distinct()];
        // At the time limit the status shows the condition that a worker still waits for. Its log may have no line yet.
        var verb = timedOut ? "status" : "logs";
        if (services.Length > 0) yield return $"see 'reuseportctl {verb} {string.Join(' ', services.Take(MostNamed))}'";
    }

    public static string ServiceOf(string worker) => worker[..worker.LastIndexOf('@')];

    private static string For(string name, string state, string? detail, bool isUntouched, string done) =>
        (isUntouched || state == done, detail) switch
    {
        (true, { } why) => $"{name}: {Shown.Harmless(why)}",
        (true, null) => $"{name} is unchanged",
        (false, { } why) => $"{name} is not {done}: {state}: {Shown.Harmless(why)}",
        (false, null) => $"{name} is not {done}: {state}",
    };
}
