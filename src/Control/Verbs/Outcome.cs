using Reuseportd.Api.Contract;

namespace Reuseportd.Control;

/// <summary>What came of a command, by service on stdout and by worker where it failed on stderr.</summary>
internal static class Outcome
{
    /// <summary>Of a service that cannot start all copies say the same.</summary>
    private const int MostNamed = 4;

    /// <param name="done">What a worker is where the command did what it was to do.</param>
    /// <param name="waited">Whether that was waited for; else the command was taken and no more is known.</param>
    public static int Show(CommandDocument document, string done, bool waited)
    {
        foreach (var line in Lines(document, done, waited)) Console.WriteLine(line);
        if (document.Cut > 0) Console.WriteLine($"{Shown.Number(document.Cut)} {(document.Cut == 1 ? "connection" : "connections")} cut, as drain_timeout was over");
        var failed = document.Workers.Where(worker => !worker.Ok).ToArray();
        foreach (var worker in failed.Take(MostNamed))
            Console.Error.WriteLine($"reuseportctl: {worker.Name} is not {done}: {worker.State}{(worker.Detail is { } detail ? $": {Shown.Harmless(detail)}" : "")}");
        if (failed.Length > MostNamed) Console.Error.WriteLine($"reuseportctl: and {failed.Length - MostNamed} more; see 'reuseportctl status'");
        if (document.TimedOut) Console.Error.WriteLine("reuseportctl: the time is over; the daemon goes on");
        return document.TimedOut ? ExitCode.TimedOut : failed.Length > 0 ? ExitCode.Failed : ExitCode.Ok;
    }

    private static IEnumerable<string> Lines(CommandDocument document, string done, bool waited) =>
        document.Workers.GroupBy(worker => worker.Name[..worker.Name.LastIndexOf('@')]).Select(service =>
        {
            var removed = service.Count(worker => worker.State == "removed");
            var (all, ok) = (service.Count() - removed, service.Count(worker => worker.Ok && worker.State != "removed"));
            var gone = removed > 0 ? $", {removed} removed" : "";
            return waited ? $"{service.Key}: {ok} of {all} workers {done}{gone}" : $"{service.Key}: command taken for {ok} of {all} workers{gone}";
        });
}
