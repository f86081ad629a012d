using Reuseportd.Api.Contract;
using Reuseportd.Control.Tables;

namespace Reuseportd.Control.Verbs;

/// <summary>What stands in the way of a worker, in one line each; of all verbs, and pure.</summary>
internal static class FailureText
{
    /// <summary>Of a service that cannot start all copies say the same.</summary>
    private const int MostNamed = 4;

    /// <param name="done">What it is where the command did what it was to do: a state, or what was done to it.</param>
    public static string Of(CommandOutcome worker, string done) => Of(
        worker.Name, worker.State, LastLines.With(worker.Detail, worker.State, worker.LastLine), worker.Untouched is true, done);

    /// <summary>Of one that was to be ready; one that is ready is so as what it was.</summary>
    public static string Of(UnreadyWorker worker) => Of(
        worker.Name, worker.State, LastLines.With(worker.Detail, worker.State, worker.LastLine), isUntouched: false, "ready");

    /// <summary>The lines for all of these on stderr: the first few, how many more there are, and where to look.</summary>
    /// <param name="suspects">Services whose logs may say why.</param>
    public static IEnumerable<string> Lines(IReadOnlyList<string> plights, bool timedOut, IEnumerable<string> suspects)
    {
        foreach (var plight in plights.Take(MostNamed)) yield return plight;
        if (plights.Count > MostNamed) yield return $"and {Shown.Number(plights.Count - MostNamed)} more; see 'reuseportctl status'";
        if (timedOut) yield return "the time is over; the daemon goes on";
        string[] services = [.. suspects.Distinct()];
        if (services.Length > 0) yield return $"see 'reuseportctl logs {string.Join(' ', services.Take(MostNamed))}'";
    }

    public static string ServiceOf(string worker) => worker[..worker.LastIndexOf('@')];

    private static string Of(string name, string state, string? detail, bool isUntouched, string done) => (isUntouched || state == done, detail) switch
    {
        (true, { } why) => $"{name}: {Shown.Harmless(why)}",
        (true, null) => $"{name} is as it was",
        (false, { } why) => $"{name} is not {done}: {state}: {Shown.Harmless(why)}",
        (false, null) => $"{name} is not {done}: {state}",
    };
}
