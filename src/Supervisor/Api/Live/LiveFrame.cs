namespace Reuseportd.Api.Live;

/// <summary>
/// A state of the stream, and the way to the next one. Clients share frames, and a frame that no client will need is garbage.
/// </summary>
/// <param name="change">The server-sent event with the difference to the frame before.</param>
/// <param name="whole">Makes the server-sent event with all of a state.</param>
internal sealed class LiveFrame(
    long number, TimeSpan at, LiveState state, ReadOnlyMemory<byte> change, Func<LiveState, ReadOnlyMemory<byte>> whole)
{
    private readonly Lazy<ReadOnlyMemory<byte>> _whole = new(() => whole(state));
    private readonly TaskCompletionSource<LiveFrame?> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Rises by one with each frame.</summary>
    public long Number => number;

    /// <summary>The moment at which it was made.</summary>
    public TimeSpan At => at;

    public LiveState State => state;

    public ReadOnlyMemory<byte> Change => change;

    public ReadOnlyMemory<byte> Whole => _whole.Value;

    /// <summary>Null at the end of the stream.</summary>
    public Task<LiveFrame?> Next => _next.Task;

    public void Follow(LiveFrame? next) => _next.TrySetResult(next);
}
