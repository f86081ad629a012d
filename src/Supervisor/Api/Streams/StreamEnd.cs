namespace Reuseportd.Api.Streams;

/// <summary>
/// The end of streams: after the last worker has stopped and the last event is written, so that clients get all of it. A client
/// that is slow then is cut off.
/// </summary>
internal sealed class StreamEnd(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cut = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Completes when no more output and events follow.</summary>
    public Task Over => _over.Task;

    /// <summary>Cancelled when a client has not read the rest in time.</summary>
    public CancellationToken Cut => _cut.Token;

    public void Begin()
    {
        _cut.CancelAfter(Patience);
        _over.TrySetResult();
    }

    public void Dispose() => _cut.Dispose();
}
