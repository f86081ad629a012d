using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The services of <c>exit_on_failed</c>.</summary>
internal sealed class FailedServices(IReadOnlyList<string> services)
{
    private readonly HashSet<string> _services = [.. services];
    private readonly TaskCompletionSource<WorkerName> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first worker of these services that is failed for good.</summary>
    public Task<WorkerName> First => _first.Task;

    /// <summary>Takes a worker that is failed for good. Does not wait.</summary>
    public void Note(WorkerName worker)
    {
        if (_services.Contains(worker.Service)) _first.TrySetResult(worker);
    }
}
