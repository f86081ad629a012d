namespace Reuseportd.Runtime.Output;

/// <content>A pause, in which another program takes over.</content>
internal sealed partial class OutputLoop
{
    /// <summary>
    /// Stops reading until the result is disposed. Later output stays in the pipes, and outcomes of the kernel in their ring.
    /// </summary>
    public Task<PausedOutput> PauseAsync()
    {
        var done = new TaskCompletionSource<PausedOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(() =>
        {
            Kernel?.Flush(Now());
            _router.HandOver();
            using var paused = new PausedOutput(() => _streams.Values.Concat(_arrivals));
            done.SetResult(paused);
            paused.WaitForEnd();
        });
        return done.Task;
    }
}
