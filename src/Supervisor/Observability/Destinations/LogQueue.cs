using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The only way to the log's destination, which may be slow or stuck: a bounded queue between the callers and one writer thread.
/// Two buffers alternate: one is filled while the other is written.
/// An event of the daemon never waits; without room it is dropped and counted. Workers' lines wait while the destination makes
/// progress, which slows the worker down as a full pipe would. If the destination makes no progress for a while, they are dropped
/// and counted: a log reader that hangs must not stop the supervisor. When the destination recovers, the number of lost records
/// is reported.
/// The lock is held for a copy of a few KiB at most, never during a write.
/// </summary>
internal sealed partial class LogQueue : IWriteQueue, IDisposable
{
    /// <summary>Total size of both buffers in bytes.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    public static readonly TimeSpan DefaultStallAfter = TimeSpan.FromSeconds(1);

    private readonly QueueLock _gate;
    private readonly LogWriter _writer;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stallAfter;
    private readonly ITimer _stallAlarm;
    private readonly int _roomForEvents;
    private readonly int _roomForLines;
    private RecordBuffer _filling = new();
    private RecordBuffer _written = new();
    private long _appended;
    private long _settled;
    private long _stuckAt = -1;
    private LogLoss _lost;
    private LogLoss _said;

    /// <param name="destination">Only the writer thread calls it.</param>
    /// <param name="capacity">
    /// Most bytes that wait or are being written. A larger record is accepted if no other waits.
    /// </param>
    /// <param name="stallAfter">The destination is stuck if it accepts nothing for this time while lines wait for room.</param>
    public LogQueue(ILogDestination destination, TimeProvider time, int capacity = DefaultCapacity, TimeSpan? stallAfter = null)
    {
        _gate = new QueueLock(time);
        _writer = new LogWriter(this, destination);
        _time = time;
        _stallAfter = stallAfter ?? DefaultStallAfter;
        _roomForEvents = capacity / 2;
        // A flood of lines keeps the queue full; the rest is reserved for events.
        _roomForLines = _roomForEvents - _roomForEvents / 8;
        _stallAlarm = _gate.CreateAlarm();
    }

    /// <summary>Counts lines of workers that are lost, here and before they reach this queue.</summary>
    public LostLines LostLines { get; } = new();

    /// <summary>All records lost so far.</summary>
    public LogLoss Lost
    {
        get
        {
            lock (_gate) return _lost;
        }
    }

    /// <summary>Memory of the buffers in bytes.</summary>
    public long Footprint
    {
        get
        {
            lock (_gate) return _filling.Capacity + _written.Capacity;
        }
    }

    /// <summary>Starts the writer thread. Earlier records wait for it.</summary>
    /// <param name="logLoss">
    /// Called on that thread after the destination has recovered. It may append a record, which always has room.
    /// </param>
    public void Start(Action<LogLoss>? logLoss = null) => _writer.Start(logLoss);

    /// <summary>Appends events of the daemon, or counts them as lost. Never waits.</summary>
    public bool TryAppend(RecordBuffer records)
    {
        lock (_gate)
        {
            if (!_gate.IsStopping && HasRoom(records, _roomForEvents)) return Append(records);
            // The report of a loss itself: at most one for each written batch.
            if (!_gate.HasEnded && _writer.IsThisThread) return Append(records);
            _lost = _lost with { Events = _lost.Events + records.Count };
            return false;
        }
    }

    /// <summary>
    /// Appends lines of workers. Waits for room while the destination makes progress; else counts them as lost.
    /// </summary>
    public bool AppendLines(RecordBuffer records)
    {
        lock (_gate)
        {
            if (_gate.IsStopping || !(HasRoom(records, _roomForLines) || WaitForRoom(records)))
            {
                _lost = _lost with { Lines = _lost.Lines + records.Count };
                LostLines.Add(LineLoss.Log, records.Count);
                return false;
            }

            return Append(records);
        }
    }

    /// <summary>Waits until all earlier records are written or dropped.</summary>
    /// <returns>True if that happened in time.</returns>
    public bool Flush(TimeSpan within)
    {
        using var alarm = _gate.CreateAlarm();
        lock (_gate)
        {
            var goal = _appended;
            var from = _time.GetTimestamp();
            while (_settled < goal && !_gate.HasEnded)
            {
                if (!_gate.WaitUntil(alarm, from, within)) return false;
            }

            return _settled >= goal;
        }
    }

    /// <summary>
    /// Writes the waiting records and ends the writer. Later records are dropped and counted. After the deadline, a blocked
    /// writer thread is left alone; it does not keep the process alive.
    /// </summary>
    /// <returns>True if the writer ended in time.</returns>
    public bool Stop(TimeSpan within)
    {
        lock (_gate) return _gate.Stop(isUnused: !_writer.IsStarted && _filling.Count == 0, within);
    }

    public void Dispose()
    {
        Stop(TimeSpan.Zero);
        _stallAlarm.Dispose();
    }

    /// <summary>
    /// For the writer: waits for records and takes all of them. They count as waiting until <see cref="Settle"/>.
    /// </summary>
    /// <returns>Null if no record will follow.</returns>
    internal RecordBuffer? Take()
    {
        lock (_gate)
        {
            while (_filling.Count == 0)
            {
                if (_gate.WaitAsWriter()) continue;
                _gate.End();
                return null;
            }

            (_filling, _written) = (_written, _filling);
            _gate.Wake();
            return _written;
        }
    }

    /// <summary>For the writer: the last batch is written or dropped.</summary>
    /// <param name="took">True if the destination accepted any record.</param>
    /// <param name="unwritten">Number of records that the destination did not accept.</param>
    /// <returns>The loss since the last report, if the destination accepts records again.</returns>
    internal LogLoss? Settle(bool took, int unwritten, Errno error)
    {
        Action? written;
        LogLoss? unsaid = null;
        lock (_gate)
        {
            _settled += _written.Count;
            _written.Clear();
            // A single large record must not keep its memory for ever.
            if (_written.Capacity > 2 * _roomForEvents) _written = new RecordBuffer();
            if (unwritten > 0)
            {
                _lost = _lost with { Unwritten = _lost.Unwritten + unwritten, LastError = error };
                LostLines.Add(LineLoss.Log, unwritten);
            }

            _gate.Wake();
            if (took && _lost.Total != _said.Total) (unsaid, _said) = (_lost.Since(_said), _lost);
            (written, _isWrittenWanted) = (_isWrittenWanted ? _notify : null, false);
        }

        written?.Invoke();
        return unsaid;
    }

    private bool HasRoom(RecordBuffer records, int room) =>
        _filling.Count == 0 || _filling.Weight + records.Weight <= room;

    private bool Append(RecordBuffer records)
    {
        _filling.Write(records);
        _appended += records.Count;
        _gate.WakeWriter();
        return true;
    }

    private bool WaitForRoom(RecordBuffer records)
    {
        var seen = _writer.Progress;
        var from = _time.GetTimestamp();
        while (!HasRoom(records, _roomForLines))
        {
            var progress = _writer.Progress;
            // Other lines have waited without success since the destination's last progress.
            if (_stuckAt == progress || _gate.IsStopping) return false;
            if (progress != seen)
            {
                seen = progress;
                from = _time.GetTimestamp();
            }

            if (!_gate.WaitUntil(_stallAlarm, from, _stallAfter) && _writer.Progress == seen) _stuckAt = seen;
        }

        return !_gate.IsStopping;
    }
}
