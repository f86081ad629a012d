using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>The BIND column: the ports that a worker serves, then the ports that it failed to bind; pure.</summary>
/// <remarks>
/// <c>53</c> means all protocols that the worker bound port 53 with. If their results differ, each is listed:
/// <c>53/udp,53/tcp:EADDRINUSE</c>.
/// </remarks>
internal static class ServedPorts
{
    private const string Ok = "ok";

    /// <summary>
    /// A port counts as served if one address succeeded. A process that has ended serves nothing. Without outcome lines, the
    /// ports are those that the kernel reports.
    /// </summary>
    public static string Format(WorkerStatus worker)
    {
        var isRunning = worker.Pid is not null;
        if (worker.Binds.Count == 0 && isRunning && worker.KernelPorts is { } ports)
            return Joined(ports.Select(port => Shown.Number(port)));
        (int Port, string Type, string Result)[] outcomes =
        [
            .. worker.Binds.GroupBy(bind => (bind.Port, bind.Type)).SelectMany(
                socket => Results([.. socket], isRunning), (socket, result) => (socket.Key.Port, socket.Key.Type, result)),
        ];
        var mixed = outcomes.GroupBy(outcome => outcome.Port).Where(HasDifferences).Select(port => port.Key).ToHashSet();
        var served = outcomes.Where(outcome => outcome.Result == Ok).OrderBy(outcome => outcome.Port);
        var failed = outcomes.Where(outcome => outcome.Result is not (Ok or ""));
        return Joined([.. served.Select(Name), .. failed.Select(outcome => $"{Name(outcome)}:{outcome.Result}")]);

        string Name((int Port, string Type, string Result) outcome) =>
            Shown.Number(outcome.Port) + (mixed.Contains(outcome.Port) ? $"/{Shown.Protocol(outcome.Type)}" : "");
    }

    /// <returns>"ok", the errors, or one empty result for a socket that neither serves nor failed.</returns>
    private static IEnumerable<string> Results(BindStatus[] binds, bool isRunning)
    {
        if (isRunning && binds.Any(IsServed)) return [Ok];
        return binds.Where(bind => bind.Result != Ok).Select(bind => bind.Result).Distinct().DefaultIfEmpty("");
    }

    private static bool HasDifferences(IEnumerable<(int Port, string Type, string Result)> outcomes) =>
        outcomes.GroupBy(outcome => outcome.Type, outcome => outcome.Result)
            .Select(results => string.Join(' ', results)).Distinct().Count() > 1;

    private static bool IsServed(BindStatus bind) =>
        bind is { Result: Ok, Sharded: true } && (bind.Call == "listen" || bind.Type == "dgram");

    private static string Joined(IEnumerable<string> parts) =>
        string.Join(',', parts.Distinct()) is { Length: > 0 } all ? all : Shown.Nothing;
}
