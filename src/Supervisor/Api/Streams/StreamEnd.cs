namespace Reuseportd.Api.Streams;

/// <summary>
/// When streams end: once the last worker and the last event have come, so that whoever follows is brought all of it. One who is
/// slow then is cut off.
/// </summary>
internal sealed class StreamEnd(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cut = new(Timeout.InfiniteTimeSpan, time);

    /// <summary>Nothing more is to come: what there is is the rest.</summary>
    public Task Over => _over.Task;

    /// <summary>The rest has not been taken in time.</summary>
    public CancellationToken Cut => _cut.Token;

    public void Begin()
    {
        _cut.CancelAfter(Patience);
        _over.TrySetResult();
    }

    public void Dispose() => _cut.Dispose();
}
