using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Serilog;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The queue of workers' output to the files of one file system: bounded, with one writer thread. Two buffers alternate, as in
/// <see cref="LogQueue"/>, but appending never waits for room. The caller asks first, lets the worker's pipe fill meanwhile, and
/// is notified when there is room. A file system that accepts nothing for a while is stuck: its output is dropped and counted
/// until it accepts data again.
/// There is one thread for each file system, not for each file: a stuck file system affects only its own files.
/// </summary>
internal sealed class FileQueue : IDisposable
{
    /// <summary>Total size of both buffers in bytes.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    /// <summary>A file system is stuck if it accepts nothing for this time while output waits for room.</summary>
    public static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly FileWriter _writer;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly ITimer _alarm;
    private readonly Action _roomMade;
    private readonly int _room;
    private FileBatch _filling = new();
    private FileBatch _taken = new();
    private bool _roomWanted;
    private bool _writerWaits;
    private bool _stopping;
    private bool _ended;
    private long _stuckAt = -1;

    /// <param name="roomMade">Called on the writer thread when there is room again after a refusal.</param>
    public FileQueue(ILogger log, TimeProvider time, Action roomMade, int capacity = DefaultCapacity)
    {
        (_log, _time, _roomMade, _room) = (log, time, roomMade, capacity / 2);
        _alarm = time.CreateTimer(
            static queue => ((FileQueue)queue!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writer = new FileWriter(this, log);
    }

    /// <summary>Increases with each finished write: an unchanged value means that the file system accepts nothing.</summary>
    public long Progress => _writer.Progress;

    /// <summary>Whether the file system was given up, and has accepted nothing since.</summary>
    public bool IsStuck => Volatile.Read(ref _stuckAt) == Progress;

    /// <summary>Whether so many bytes fit now. If not, the caller is notified when that changes.</summary>
    public bool HasRoom(int bytes)
    {
        lock (_gate)
        {
            if (Fits(bytes)) return true;
            _roomWanted = true;
            return false;
        }
    }

    /// <summary>Marks the file system as stuck until its progress changes.</summary>
    public void GiveUp(long progress) => Volatile.Write(ref _stuckAt, progress);

    /// <summary>Appends lines, or pieces of a long line. Without room they are dropped and counted. Never waits.</summary>
    /// <param name="owner">The stream: only the same stream may continue an unfinished line.</param>
    public void Append(LineFile file, object owner, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        lock (_gate)
        {
            if (_stopping || !Fits(bytes.Length))
            {
                file.Tail = (file.Tail.Open, null);
                Lose(file, LinesOf(bytes), Errno.None);
                return;
            }

            if (file.Tail is { Open: true, Owner: var other } && other != owner) _filling.Write(file, "\n"u8);
            _filling.Write(file, bytes);
            file.Tail = (bytes[^1] != (byte)'\n', owner);
            WakeWriter();
        }
    }

    /// <summary>Closes the file after all appended output is written.</summary>
    public void Close(LineFile file, Action closed)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _filling.Close(file, closed);
                WakeWriter();
                return;
            }
        }

        file.Discard();
        closed();
    }

    /// <summary>
    /// Writes the waiting output and ends the writer. After the deadline, a blocked writer thread is left alone; it does not keep
    /// the process alive.
    /// </summary>
    /// <returns>Whether the writer ended in time.</returns>
    public bool Stop(TimeSpan within)
    {
        lock (_gate)
        {
            _stopping = true;
            if (!_writer.IsStarted) _ended = true;
            Monitor.PulseAll(_gate);
            var from = _time.GetTimestamp();
            while (!_ended && within - _time.GetElapsedTime(from) is var left && left > TimeSpan.Zero) Wait(left);
            return _ended;
        }
    }

    public void Dispose()
    {
        Stop(TimeSpan.Zero);
        _alarm.Dispose();
    }

    /// <summary>For the writer: waits for output, and takes all of it.</summary>
    /// <param name="patience">Longest wait; null for no limit.</param>
    /// <returns>Empty after that time; null if no output will follow.</returns>
    internal FileBatch? Take(TimeSpan? patience)
    {
        bool told;
        lock (_gate)
        {
            _taken.Clear();
            // A single large line must not keep its memory for ever.
            if (_taken.Capacity > 2 * _room) _taken = new FileBatch();
            var from = _time.GetTimestamp();
            _writerWaits = true;
            while (_filling.Blocks.Count == 0 && !_stopping)
            {
                if (patience is not { } limit) Monitor.Wait(_gate);
                else if (limit - _time.GetElapsedTime(from) is var left && left > TimeSpan.Zero) Wait(left);
                else break;
            }

            _writerWaits = false;
            if (_filling.Blocks.Count == 0 && _stopping)
            {
                _ended = true;
                Monitor.PulseAll(_gate);
                return null;
            }

            (_filling, _taken) = (_taken, _filling);
            told = _roomWanted;
            _roomWanted = false;
        }

        if (told) _roomMade();
        return _taken;
    }

    /// <summary>For the writer: a file did not accept these lines.</summary>
    internal void Lost(LineFile file, long lines, Errno error)
    {
        lock (_gate) Lose(file, lines, error);
    }

    /// <summary>For the writer: a file accepted everything, or is closed. Reports the loss if the file has recovered.</summary>
    /// <returns>Whether nothing is left to report.</returns>
    internal bool Took(LineFile file, bool isClosed = false)
    {
        lock (_gate)
        {
            var error = file.Loss.Error;
            if (file.Loss.TryEnd(Now(), isClosed, out var lines)) _log.FileLost(file.Path, lines, error, isClosed);
            return !file.Loss.Lasts;
        }
    }

    internal static long LinesOf(ReadOnlySpan<byte> bytes) => bytes.Count((byte)'\n') + (bytes is [.., not (byte)'\n'] ? 1 : 0);

    private bool Fits(int bytes) => _filling.Length == 0 || _filling.Length + bytes <= _room;

    private TimeSpan Now() => _time.GetElapsedTime(0);

    private void Lose(LineFile file, long lines, Errno error)
    {
        if (file.Loss.Add(lines, error, Now())) _log.FileFailed(file.Path, error);
    }

    private void WakeWriter()
    {
        if (!_writer.IsStarted) _writer.Start();
        if (_writerWaits) Monitor.PulseAll(_gate);
    }

    /// <summary>Waits for a change, or for the given time.</summary>
    private void Wait(TimeSpan left)
    {
        _alarm.Change(left, Timeout.InfiniteTimeSpan);
        Monitor.Wait(_gate);
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }
}
