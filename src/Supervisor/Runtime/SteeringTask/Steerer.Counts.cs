using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <content>
/// Connections given to workers. Clients ask for metrics until the next program takes over, and a counter must not fall.
/// </content>
internal sealed partial class Steerer
{
    /// <summary>
    /// Connections given to each worker that a service has had, also after <see cref="SaveAsync"/> and after the end. Empty if
    /// the steering program does not count.
    /// </summary>
    public async Task<IReadOnlyDictionary<WorkerName, GivenCounts>> CountAsync()
    {
        var done = new TaskCompletionSource<IReadOnlyDictionary<WorkerName, GivenCounts>>(
            TaskCreationOptions.RunContinuationsAsynchronously);
        if (_requests.Writer.TryWrite(new SteeringRequest.Count(done))) return await done.Task;
        await _running;
        return _groups?.Counts() ?? new Dictionary<WorkerName, GivenCounts>();
    }

    /// <summary>Answers until the end, without a change of the groups.</summary>
    private async Task AnswerCountsAsync(SharedGroups groups)
    {
        await foreach (var request in _requests.Reader.ReadAllAsync())
            if (request is SteeringRequest.Count count) Guarded(() => Handle(count, groups, () => []), () => Refuse(count));
    }
}
