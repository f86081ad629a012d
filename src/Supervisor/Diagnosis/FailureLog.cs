using System.Threading.Channels;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Snapshots;
using Serilog;

namespace Reuseportd.Diagnosis;

/// <summary>Logs the failures that need words, and wakes the <see cref="CauseLog"/>.</summary>
internal sealed class FailureLog(ILogger log) : IFailureListener
{
    /// <summary>Holds one wake-up, however many failures there are.</summary>
    private readonly Channel<bool> _pending = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Tell(FailureEvent failure)
    {
        switch (failure)
        {
            case FailureEvent.LibrarySilent silent:
                log.NoPreload(silent.Worker, silent.Pid, SilenceWords.Of(silent.Silence));
                // A silent library alone is no failure: the worker fails if its port is in use.
                return;
            case FailureEvent.UpdateFailed failed:
                log.UpdateFailed(failed.Service, UpdateWords.Of(failed.Cause), failed.Done, failed.Count, failed.RollsBack);
                break;
        }

        _pending.Writer.TryWrite(true);
    }

    /// <summary>Completes after the next failure; at once after a failure since the last <see cref="Forget"/>.</summary>
    public Task<bool> WaitAsync(CancellationToken cancellation) => _pending.Reader.WaitToReadAsync(cancellation).AsTask();

    /// <summary>The failures until now are looked at.</summary>
    public void Forget() => _pending.Reader.TryRead(out _);
}
