using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>Adds to documents why workers do not serve; on the request's thread, not the loop's.</summary>
/// <param name="connections">Open connections of a control group; null if the kernel does not count them.</param>
internal sealed class WorkerDetails(FleetDiagnosis diagnosis, TimeProvider time, Func<ulong, ulong?>? connections = null)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private const int MostLooks = 25;

    /// <param name="all">The whole fleet, of which <paramref name="chosen"/> is a part.</param>
    public IReadOnlyList<BindCause> Causes(FleetSnapshot all, FleetSnapshot chosen) =>
        [.. diagnosis.ExplainCauses(all, chosen.Workers).Select(cause => new BindCause(cause.Worker.ToString(), cause.Words))];

    /// <summary>
    /// A snapshot after the daemon has read the last output of failed processes, and has found out why their library is silent. A
    /// child of the process may hold the pipe open, so the wait is short.
    /// </summary>
    /// <param name="of">Workers that did not reach the wanted state, and the last words of their processes.</param>
    public async Task<FleetSnapshot> AfterLastOutputAsync(
        IFleetControl control, IReadOnlyCollection<(WorkerName Name, LastWords? Words)> of, CancellationToken cancellation)
    {
        var names = of.Select(worker => worker.Name).ToHashSet();
        for (var look = 1;; look++)
        {
            var all = await control.SnapshotAsync(cancellation);
            var unread = all.Workers.Where(worker => worker.IsUnread || worker.Attempt is { Process.IsUnread: true });
            var isRead = of.All(worker => worker.Words is null or { IsFinal: true })
                         && !unread.Any(worker => names.Contains(worker.Name));
            if (look == MostLooks || isRead) return all;
            await Task.Delay(BetweenLooks, time, cancellation);
        }
    }

    /// <summary>Adds the CPU time, the memory, the connections and the accept queues of the processes, too.</summary>
    /// <param name="all">The whole fleet, of which <paramref name="chosen"/> is a part.</param>
    public StatusDocument AddTo(StatusDocument status, FleetSnapshot all, FleetSnapshot chosen)
    {
        var details = diagnosis.Explain(all, chosen.Workers.Select(worker => (worker, (string?)null)));
        var queues = WorkerQueues.Read();
        var entries = ProcessUsage.Read(chosen.Workers);
        return status with { Workers = [.. status.Workers.Zip(chosen.Workers, Of)] };

        WorkerStatus Of(WorkerStatus document, WorkerSnapshot worker)
        {
            var (waiting, limit) = WorkerQueues.Sum(queues.Of(worker));
            return ProcessUsage.AddTo(document, entries, worker.Foreign) with
            {
                Connections = worker is { Pid: not null, GroupId: > 0 and var group } ? connections?.Invoke(group) : null,
                AcceptQueue = waiting,
                AcceptQueueLimit = limit,
                Detail = details.GetValueOrDefault(worker.Name),
            };
        }
    }

    /// <param name="result">The result that <paramref name="document"/> was made of.</param>
    public CommandDocument AddTo(CommandDocument document, CommandResult result, FleetSnapshot all)
    {
        var failed = result.Workers.Where(end => !end.Ok).DistinctBy(end => end.Name).ToDictionary(end => end.Name);
        var details = diagnosis.Explain(
            all,
            from worker in all.Workers
            let end = failed.GetValueOrDefault(worker.Name)
            where end is not null && IsStill(worker, end.Generation, end.IsNotReplaced)
            select (worker, end.IsNotReplaced ? null : CommandWords.Of(end)));
        return document with
        {
            Workers =
            [
                .. document.Workers.Zip(result.Workers, (worker, end) => worker with
                {
                    Detail = details.GetValueOrDefault(end.Name) ?? worker.Detail, LastLine = end.Facts?.LastWords?.Line,
                }),
            ],
        };
    }

    /// <param name="unready">The workers of <paramref name="document"/> as they were when the change had settled.</param>
    public ApplyDocument AddTo(ApplyDocument document, IEnumerable<WorkerSnapshot> unready, FleetSnapshot all)
    {
        // The daemon may have read the last output of a process after its end.
        var newer = all.Workers.DistinctBy(worker => worker.Name).ToDictionary(worker => worker.Name);
        var details = diagnosis.Explain(all, unready.Select(worker => (Newest(worker), (string?)null)));
        return document with
        {
            NotReady =
            [
                .. document.NotReady.Zip(unready, (worker, end) => worker with
                {
                    Detail = details.GetValueOrDefault(end.Name) ?? worker.Detail, LastLine = end.LastWords?.Line,
                }),
            ],
        };

        WorkerSnapshot Newest(WorkerSnapshot worker) =>
            newer.TryGetValue(worker.Name, out var now) && IsStill(now, worker.Generation, HasFailedReplacement(worker))
                ? now
                : worker;
    }

    /// <summary>True if the worker still has the process that it had at the end of the command.</summary>
    private static bool IsStill(WorkerSnapshot worker, int generation, bool isNotReplaced) => worker.Generation == generation
        && (isNotReplaced
            ? HasFailedReplacement(worker)
            : worker.State is WorkerState.Starting or WorkerState.Backoff or WorkerState.Failed);

    private static bool HasFailedReplacement(WorkerSnapshot worker) => worker.Attempt is { Kind: AttemptKind.Failed };
}
