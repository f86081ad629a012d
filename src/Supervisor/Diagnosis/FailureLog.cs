using System.Threading.Channels;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Snapshots;
using Serilog;

namespace Reuseportd.Diagnosis;

/// <summary>Logs silent libraries, methods and stopped updates, and wakes the <see cref="CauseLog"/> at each failure.</summary>
internal sealed class FailureLog(ILogger log) : IFailureListener
{
    /// <summary>Holds at most one wake-up for any number of failures.</summary>
    private readonly Channel<bool> _pending = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Tell(FailureEvent failure)
    {
        switch (failure)
        {
            case FailureEvent.LibrarySilent silent:
                log.NoPreload(silent.Worker, silent.Pid, SilenceWords.Of(silent.Silence), silent.Method);
                // A silent library alone is no failure: the worker fails if its port is in use.
                return;
            case FailureEvent.MethodUsed used:
                log.Method(used.Service, used.Method.Method, MethodWords.Of(used.Method), MethodWords.IsWarning(used.Method));
                return;
            case FailureEvent.UpdateFailed failed:
                log.UpdateFailed(failed.Service, UpdateWords.Of(failed.Cause), failed.Done, failed.Count, failed.RollsBack);
                break;
        }

        _pending.Writer.TryWrite(true);
    }

    /// <summary>Completes at the next failure; at once if a failure has happened since the last <see cref="Forget"/>.</summary>
    public Task<bool> WaitAsync(CancellationToken cancellation) => _pending.Reader.WaitToReadAsync(cancellation).AsTask();

    /// <summary>Marks all failures up to now as handled.</summary>
    public void Forget() => _pending.Reader.TryRead(out _);
}
