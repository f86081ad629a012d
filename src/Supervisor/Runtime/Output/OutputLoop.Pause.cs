using Reuseportd.Linux.Interop;

namespace Reuseportd.Runtime.Output;

/// <content>A pause, in which another program takes over.</content>
internal sealed partial class OutputLoop
{
    /// <summary>
    /// Bounds the writing before a pause. What is not written is left in the pipes, and the next program may write it twice.
    /// </summary>
    public static readonly TimeSpan WriteWithin = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Stops reading until the result is disposed. Later output stays in the pipes, and outcomes of the kernel in their ring.
    /// </summary>
    public Task<PausedOutput> PauseAsync()
    {
        var done = new TaskCompletionSource<PausedOutput>(TaskCreationOptions.RunContinuationsAsynchronously);
        Do(() =>
        {
            Kernel?.Flush(Now());
            WriteAll();
            using var paused = new PausedOutput(() => _streams.Values.Concat(_arrivals));
            done.SetResult(paused);
            paused.WaitForEnd();
        });
        return done.Task;
    }

    private void WriteAll()
    {
        var until = Now() + WriteWithin;
        EndTurn(Now());
        while (true)
        {
            // Each queue is asked for a notice before a wait. A turn of the loop asks for none while a line is young.
            Follow(_unwritten.TakeWritten(now: null));
            var now = Now();
            if (_unwritten.IsEmpty || now >= until) break;
            DescriptorWait.Until(_wake, Libc.PollEntry.In, until - now);
            _wake.Drain();
        }

        // The loop has more to do than what was waited for here.
        _wake.Signal();
    }
}
