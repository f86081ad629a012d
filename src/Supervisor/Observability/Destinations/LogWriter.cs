using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>The thread that passes records from the queue to the destination. No error of a destination ends it.</summary>
internal sealed class LogWriter(LogQueue queue, ILogDestination destination)
{
    private Action<LogLoss>? _logLoss;
    private Thread? _thread;
    private long _progress;

    /// <summary>Increases whenever the destination returns: an unchanged value means that it is blocked.</summary>
    public long Progress => Volatile.Read(ref _progress);

    public bool IsStarted => Volatile.Read(ref _thread) is not null;

    public bool IsThisThread => Thread.CurrentThread == Volatile.Read(ref _thread);

    public void Start(Action<LogLoss>? logLoss)
    {
        _logLoss = logLoss;
        var thread = new Thread(Run) { IsBackground = true, Name = "log-writer" };
        Volatile.Write(ref _thread, thread);
        thread.Start();
    }

    private void Run()
    {
        while (queue.Take() is { } records)
        {
            var (took, unwritten, error) = Deliver(records.Batch);
            if (queue.Settle(took, unwritten, error) is { } loss) Report(loss);
        }
    }

    private (bool Took, int Unwritten, Errno Error) Deliver(LogBatch batch)
    {
        var (took, unwritten, error) = (false, 0, Errno.None);
        while (batch.Count > 0)
        {
            var done = TryWrite(batch);
            Volatile.Write(ref _progress, _progress + 1);
            unwritten += done.LostRecords;
            if (done.Error != Errno.None) error = done.Error;
            if (done.Bytes <= 0) return (took, unwritten + batch.Count, error);
            took |= done.LostRecords == 0;
            batch = batch.After(done.Bytes);
        }

        return (took, unwritten, error);
    }

    private LogProgress TryWrite(LogBatch batch)
    {
        try
        {
            return destination.Write(batch);
        }
#pragma warning disable CA1031 // A fault with one batch must not stop the log.
        catch (Exception)
#pragma warning restore CA1031
        {
            return LogProgress.Failed(Errno.None);
        }
    }

    private void Report(LogLoss loss)
    {
        try
        {
            _logLoss?.Invoke(loss);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
