namespace Reuseportd.Runtime.Output;

/// <summary>An output loop that reads nothing until this object is disposed.</summary>
/// <param name="streams">The open streams at the moment of the call.</param>
internal sealed class PausedOutput(Func<IEnumerable<WorkerStream>> streams) : IDisposable
{
    private readonly ManualResetEventSlim _end = new();

    /// <summary>All streams. The loop may have added some since the pause began.</summary>
    public IReadOnlyList<WorkerStream> Streams => [.. streams()];

    /// <summary>Blocks the output loop's thread.</summary>
    public void WaitForEnd() => _end.Wait();

    public void Dispose() => _end.Set();
}
