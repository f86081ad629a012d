using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Serilog;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The queue of workers' output to the files of one file system: bounded, with one writer thread. Two buffers alternate, as in
/// <see cref="LogQueue"/>, but appending never waits for room. The caller asks first, lets the worker's pipe fill meanwhile, and
/// is notified when there is room. A file system that accepts nothing for a while is stuck: its output is dropped and counted
/// until it accepts data again.
/// There is one thread for each file system, not for each file: a stuck file system affects only its own files.
/// </summary>
internal sealed class FileQueue : IWriteQueue, IDisposable
{
    /// <summary>Total size of both buffers in bytes.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    /// <summary>A file system is stuck if it accepts nothing for this time while output waits for room.</summary>
    public static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(1);

    private readonly QueueLock _gate;
    private readonly FileWriter _writer;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly ITimer _alarm;
    private readonly Action _changed;
    private readonly LostLines _lost;
    private readonly int _room;

    /// <summary>Files whose loss is not reported to its end.</summary>
    private readonly HashSet<LineFile> _losing = [];

    private FileBatch _filling = new();
    private FileBatch _writing = new();
    private long _appended;
    private long _taken;
    private long _written;
    private bool _isWrittenWanted;
    private bool _roomWanted;
    private long _stuckAt = -1;

    /// <param name="changed">
    /// Called on the writer thread when there is room, or when more is written, after a refusal of <see cref="HasRoom"/> or
    /// <see cref="WrittenOf"/>.
    /// </param>
    public FileQueue(
        ILogger log, TimeProvider time, Action changed, LostLines lost, int capacity = DefaultCapacity)
    {
        (_log, _time, _changed, _lost, _room) = (log, time, changed, lost, capacity / 2);
        _gate = new QueueLock(time);
        _alarm = _gate.CreateAlarm();
        _writer = new FileWriter(this, log);
    }

    /// <inheritdoc/>
    public long Progress => _writer.Progress;

    /// <inheritdoc/>
    public long Appended
    {
        get
        {
            lock (_gate) return _appended;
        }
    }

    /// <summary>True if the writer has given up on the file system, which has accepted nothing since.</summary>
    public bool IsStuck => Volatile.Read(ref _stuckAt) == Progress;

    /// <summary>True if so many bytes fit now. If false, the caller is notified when they fit.</summary>
    public bool HasRoom(int bytes)
    {
        lock (_gate)
        {
            if (Fits(bytes)) return true;
            _roomWanted = true;
            return false;
        }
    }

    /// <inheritdoc/>
    public long WrittenOf(long wanted)
    {
        lock (_gate)
        {
            _isWrittenWanted |= _written < wanted;
            return _written;
        }
    }

    /// <summary>Marks the file system as stuck until its progress changes.</summary>
    public void GiveUp(long progress) => Volatile.Write(ref _stuckAt, progress);

    /// <summary>Appends lines, or pieces of a long line. Without room they are dropped and counted. Never waits.</summary>
    /// <param name="owner">The stream: only the same stream may continue an unfinished line.</param>
    /// <param name="continues">True if the stream may continue a line of an earlier daemon.</param>
    public void Append(LineFile file, object owner, ReadOnlySpan<byte> bytes, bool continues = false)
    {
        if (bytes.IsEmpty) return;
        lock (_gate)
        {
            if (_gate.IsStopping || !Fits(bytes.Length))
            {
                file.Tail = (file.Tail.Open, null);
                Lose(file, LinesOf(bytes), Errno.None);
                return;
            }

            // The writer does not use the file yet. It writes the newline with the first output that the file accepts.
            var (isOpen, other) = file.Tail;
            if (isOpen && other == LineFile.Former) file.NeedsNewline = !continues;
            else if (isOpen && other != owner) _filling.Write(file, "\n"u8);
            _filling.Write(file, bytes);
            file.Tail = (bytes[^1] != (byte)'\n', owner);
            _appended++;
            WakeWriter();
        }
    }

    /// <summary>Closes the file after all appended output is written.</summary>
    public void Close(LineFile file, Action closed)
    {
        lock (_gate)
        {
            if (!_gate.HasEnded)
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
    /// <returns>True if the writer ended in time.</returns>
    public bool Stop(TimeSpan within)
    {
        lock (_gate) return _gate.Stop(isUnused: !_writer.IsStarted, within);
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
            _writing.Clear();
            // A single large line must not keep its memory for ever.
            if (_writing.Capacity > 2 * _room) _writing = new FileBatch();
            var from = _time.GetTimestamp();
            while (_filling.Blocks.Count == 0)
            {
                var waited = patience is { } within ? _gate.WaitAsWriter(_alarm, from, within) : _gate.WaitAsWriter();
                if (waited) continue;
                if (!_gate.IsStopping) break;
                // The next daemon counts anew.
                foreach (var file in _losing.ToArray()) EndLoss(file, isClosed: true);
                _gate.End();
                return null;
            }

            (_filling, _writing) = (_writing, _filling);
            _taken = _appended;
            told = _roomWanted;
            _roomWanted = false;
        }

        if (told) _changed();
        return _writing;
    }

    /// <summary>For the writer: all that was taken is written or lost.</summary>
    internal void Settle()
    {
        bool told;
        lock (_gate)
        {
            _written = _taken;
            (told, _isWrittenWanted) = (_isWrittenWanted, false);
        }

        if (told) _changed();
    }

    /// <summary>For the writer: a file did not accept these lines.</summary>
    internal void Lost(LineFile file, long lines, Errno error)
    {
        lock (_gate) Lose(file, lines, error);
    }

    /// <summary>For the writer: a file accepted everything, or is closed. Reports the loss if the file has recovered.</summary>
    /// <returns>True if nothing is left to report.</returns>
    internal bool Took(LineFile file, bool isClosed = false)
    {
        lock (_gate)
        {
            EndLoss(file, isClosed);
            return !file.Loss.Lasts;
        }
    }

    internal static long LinesOf(ReadOnlySpan<byte> bytes) => bytes.Count((byte)'\n') + (bytes is [.., not (byte)'\n'] ? 1 : 0);

    private bool Fits(int bytes) => _filling.Length == 0 || _filling.Length + bytes <= _room;

    private TimeSpan Now() => _time.GetElapsedTime(0);

    private void Lose(LineFile file, long lines, Errno error)
    {
        _lost.Add(LineLoss.File, lines);
        if (!file.Loss.Add(lines, error, Now())) return;
        _losing.Add(file);
        _log.FileFailed(file.Path, error);
    }

    private void EndLoss(LineFile file, bool isClosed)
    {
        var error = file.Loss.Error;
        if (!file.Loss.TryEnd(Now(), isClosed, out var lines)) return;
        _losing.Remove(file);
        _log.FileLost(file.Path, lines, error, isClosed);
    }

    private void WakeWriter()
    {
        if (!_writer.IsStarted) _writer.Start();
        _gate.WakeWriter();
    }
}
