using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>The thread that carries records from the queue to the destination. Nothing that a destination does ends it.</summary>
internal sealed class LogWriter(LogQueue queue, ILogDestination destination)
{
    private Action<LogLoss>? _sayLoss;
    private Thread? _thread;
    private long _progress;

    /// <summary>Grows whenever the destination returns: while it stands still, so does the destination.</summary>
    public long Progress => Volatile.Read(ref _progress);

    public bool IsStarted => Volatile.Read(ref _thread) is not null;

    public bool IsThisThread => Thread.CurrentThread == Volatile.Read(ref _thread);

    public void Start(Action<LogLoss>? sayLoss)
    {
        _sayLoss = sayLoss;
        var thread = new Thread(Run) { IsBackground = true, Name = "log-writer" };
        Volatile.Write(ref _thread, thread);
        thread.Start();
    }

    private void Run()
    {
        while (queue.Take() is { } records)
        {
            var (took, unwritten, error) = Deliver(records.Batch);
            if (queue.Settle(took, unwritten, error) is { } loss) Say(loss);
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
#pragma warning disable CA1031 // Whatever goes wrong with one batch, the next one has its chance: the log outlives its faults.
        catch (Exception)
#pragma warning restore CA1031
        {
            return LogProgress.Failed(Errno.None);
        }
    }

    private void Say(LogLoss loss)
    {
        try
        {
            _sayLoss?.Invoke(loss);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
