namespace Reuseportd.Runtime.Messages;

/// <summary>
/// One call of <see cref="SlowCalls"/> at a time, for all that ask meanwhile: a call that hangs holds one thread, however often
/// it is asked for. Thread-safe.
/// </summary>
internal sealed class SharedCall<T>(Func<T> call)
{
    private Task<T>? _running;

    /// <returns>
    /// The answer of a call that began after this one. Fails as the call does, or as <see cref="SlowCalls.Run"/>.
    /// </returns>
    public async Task<T> AskAsync()
    {
        var earlier = Volatile.Read(ref _running);
        if (earlier is not null) await earlier.ContinueWith(static _ => { }, TaskScheduler.Default);
        while (true)
        {
            var running = Volatile.Read(ref _running);
            if (running is { IsCompleted: false } && running != earlier) return await running;
            var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Interlocked.CompareExchange(ref _running, answer.Task, running) != running) continue;
            _ = SlowCalls.Run(call).ContinueWith(answer.SetFromTask, TaskContinuationOptions.ExecuteSynchronously);
            return await answer.Task;
        }
    }
}
