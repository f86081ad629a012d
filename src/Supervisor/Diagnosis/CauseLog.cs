using Reuseportd.Linux.Interop;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Snapshots;
using Serilog;

namespace Reuseportd.Diagnosis;

/// <summary>
/// Logs the causes why workers do not share their ports, once for each worker and cause. The log runs beside the loop. It asks
/// the loop for a snapshot and the kernel for the holders of ports.
/// </summary>
internal sealed class CauseLog(
    Func<CancellationToken, Task<FleetSnapshot>> snapshot,
    FleetDiagnosis diagnosis,
    FailureLog failures,
    TimeProvider time,
    ILogger log)
{
    /// <summary>The wait after a failure. Many workers fail together, and the daemon reads their last output later.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(250);

    /// <summary>The wait after a search. A search reads all processes, and workers may fail repeatedly.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    private readonly ReportedCauses _reported = new();

    /// <summary>Completes when the daemon stops.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (await failures.WaitAsync(stopping))
            {
                await Task.Delay(Settling, time, stopping);
                failures.Forget();
                await LogAsync(stopping);
                await Task.Delay(Rest, time, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private async Task LogAsync(CancellationToken stopping)
    {
        var all = await snapshot(stopping);
        try
        {
            foreach (var (worker, reason) in _reported.TakeNew(all, diagnosis.Causes(all)))
                log.Cause(worker.Name, worker.Pid ?? 0, reason);
        }
        catch (Exception obstacle) when (obstacle is IOException or UnauthorizedAccessException or LinuxException)
        {
            // No descriptor is free at this moment. The next failure starts another search.
            log.CausesUnknown(obstacle.Message);
        }
    }
}
