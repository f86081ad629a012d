using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Serilog;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The way of workers' output to the files of one file system: bounded, with one thread that writes. As with <see
/// cref="LogQueue"/> two buffers change places. Other than there nobody ever waits for room: who appends asks first, lets the
/// worker's pipe fill up meanwhile, and is told when there is room. A file system that takes nothing for a while is stuck: what
/// comes for it is lost and counted, until it takes again.
///
/// One thread for each file system, not for each file: files of one share their fate, and those of another go on.
/// </summary>
internal sealed class FileQueue : IDisposable
{
    /// <summary>Bytes of both buffers together.</summary>
    public const int DefaultCapacity = 4 * 1024 * 1024;

    /// <summary>A file system that takes nothing for this long while somebody waits for room is stuck.</summary>
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

    /// <param name="roomMade">Called by the writer when there is room again after it was asked for in vain.</param>
    public FileQueue(ILogger log, TimeProvider time, Action roomMade, int capacity = DefaultCapacity)
    {
        (_log, _time, _roomMade, _room) = (log, time, roomMade, capacity / 2);
        _alarm = time.CreateTimer(
            static queue => ((FileQueue)queue!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _writer = new FileWriter(this, log);
    }

    /// <summary>Grows with each write that ends: while it stands still, so does the file system.</summary>
    public long Progress => _writer.Progress;

    /// <summary>Whether it was given up, and has taken nothing since.</summary>
    public bool IsStuck => Volatile.Read(ref _stuckAt) == Progress;

    /// <summary>Whether so many bytes could be appended now. If not, it will be said when that has changed.</summary>
    public bool HasRoom(int bytes)
    {
        lock (_gate)
        {
            if (Fits(bytes)) return true;
            _roomWanted = true;
            return false;
        }
    }

    /// <summary>Nothing more is waited for until the progress is another one.</summary>
    public void GiveUp(long progress) => Volatile.Write(ref _stuckAt, progress);

    /// <summary>Appends lines, or pieces of a long one; they are lost and counted where there is no room. Never waits.</summary>
    /// <param name="owner">Whose they are: what is not a whole line is gone on with by nobody else.</param>
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

    /// <summary>Closes the file behind all that was appended to it.</summary>
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
    /// Writes what waits and ends the writer; past the deadline it is left where it hangs, and keeps no process.
    /// </summary>
    /// <returns>Whether it ended within the time.</returns>
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

    /// <summary>For the writer: waits for something to write and takes all there is.</summary>
    /// <param name="patience">How long to wait; null for ever.</param>
    /// <returns>Nothing after that time; null when there will be nothing any more.</returns>
    internal FileBatch? Take(TimeSpan? patience)
    {
        bool told;
        lock (_gate)
        {
            _taken.Clear();
            // One line larger than the queue must not cost its size for ever.
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

    /// <summary>For the writer: a file did not take these lines.</summary>
    internal void Lost(LineFile file, long lines, Errno error)
    {
        lock (_gate) Lose(file, lines, error);
    }

    /// <summary>
    /// For the writer: a file took all that there was, or is closed. Says what it has lost, if it is well again.
    /// </summary>
    /// <returns>Whether there is nothing more to be said of it.</returns>
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

    /// <summary>Waits for a change, or for that long.</summary>
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
