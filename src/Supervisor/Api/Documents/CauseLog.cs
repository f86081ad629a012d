using Reuseportd.Api.Http;
using Reuseportd.Linux.Interop;
using Reuseportd.Observability.Events;
using Serilog;
using Serilog.Events;

namespace Reuseportd.Api.Documents;

/// <summary>
/// Says in the log why workers do not share the ports that they are to, once for each worker and cause. The log itself tells when
/// to look, and who is looked at is asked of the kernel as for anybody else who asks: beside the loop.
/// </summary>
internal sealed class CauseLog(IFleetControl control, WorkerFacts facts, EventRing events, TimeProvider time, ILogger log)
{
    /// <summary>Many fall together, and last words are late.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    /// <summary>A look goes through all processes, and workers may fail again and again.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly SaidCauses _said = new();

    /// <summary>Ends when the daemon stops; what goes wrong here stops nothing else.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            for (var after = 0L;;)
            {
                await events.WaitAsync(after).WaitAsync(stopping);
                await Task.Delay(Settling, time, stopping);
                var batch = events.Read(after, EventRing.DefaultSize);
                after = batch.Next;
                if (batch.Lost == 0 && !batch.Events.Any(happened => IsOfFailure(happened.Logged))) continue;
                await SayAsync(stopping);
                await Task.Delay(Rest, time, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody needs to know any more.
        }
    }

    private async Task SayAsync(CancellationToken stopping)
    {
        var all = await control.SnapshotAsync(stopping);
        try
        {
            foreach (var (worker, reason) in _said.New(all, facts.Reasons(all))) log.Cause(worker.Name, worker.Pid ?? 0, reason);
        }
        catch (Exception obstacle) when (obstacle is IOException or UnauthorizedAccessException or LinuxException)
        {
            // No descriptors at this moment: the next failure is looked at anew.
            log.CausesUnknown(obstacle.Message);
        }
    }

    private static bool IsOfFailure(LogEvent logged) =>
        logged.Properties.TryGetValue("REUSEPORT_EVENT", out var kind) && kind is ScalarValue { Value: string name }
        && (name is "backoff" or "failed" or "readiness_timeout" or "update_failed" || (name is "bind" or "listen" && logged.Level == LogEventLevel.Warning));
}
