using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Runtime.Output;

/// <content>
/// Streams, from their first read to their end. What is read stays in the pipe until it is written, so epoll reports edges only.
/// See <see cref="UnwrittenOutput"/>.
/// </content>
internal sealed partial class OutputLoop
{
    private const int ReadSize = 64 * 1024;

    /// <summary>A stream is not read while so many of its bytes are not written. That is the size of most pipes.</summary>
    private const int MostLeft = 64 * 1024;

    private readonly PipeView _view = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(MostLeft + ReadSize, pinned: true);

    /// <summary>Streams that may have more to read, although epoll does not report them.</summary>
    private readonly Queue<WorkerStream> _again = [];

    /// <summary>Streams that were read to the end, and whose last bytes are not written.</summary>
    private readonly HashSet<WorkerStream> _ended = [];

    private bool _isViewNoted;

    private bool HasNothingLeft => _arrivals.IsEmpty && _paused.IsEmpty && _again.Count == 0 && _unwritten.IsEmpty;

    /// <returns>True if any stream arrived.</returns>
    private bool TakeArrivals()
    {
        var any = false;
        while (_arrivals.TryDequeue(out var stream))
        {
            stream.Token = ++_lastToken;
            _streams.Add(stream.Token, stream);
            if (stream.Outcomes is { } outcomes) Kernel?.Take(outcomes);
            UnwrittenOutput.Adopt(stream);
            Watch(stream);
            any = true;
        }

        return any;
    }

    private void Watch(WorkerStream stream)
    {
        stream.IsPaused = false;
        var watched = _epoll.Add(stream.Pipe, EpollEvents.Readable | EpollEvents.EdgeTriggered, stream.Token);
        if (watched == Errno.None) return;
        // A closed pipe ends a worker that writes. An open pipe that is never read would block it for ever.
        _log.OutputLost(stream.Source.Worker, stream.Source.Pid, stream.Source.Stream, watched);
        End(stream, Now());
    }

    /// <returns>True if any byte was read.</returns>
    private bool Read(ulong token, EpollEvents what, TimeSpan now)
    {
        if (!_streams.TryGetValue(token, out var stream)) return false;
        stream.HangsUp |= what.HasFlag(EpollEvents.HangUp);
        return Read(stream, now);
    }

    private bool ReadAgain(TimeSpan now)
    {
        var any = false;
        for (var count = _again.Count; count > 0; count--)
        {
            var stream = _again.Dequeue();
            stream.IsReadAgain = false;
            if (!stream.HasEnded) any |= Read(stream, now);
        }

        return any;
    }

    private bool Read(WorkerStream stream, TimeSpan now)
    {
        // It is read again when bytes are taken, or when its file has room.
        if (stream.BytesLeft >= MostLeft || UnwrittenOutput.IsFull(stream) || stream.IsPaused) return false;
        if (stream.File is { } file && PausedStreams.MustWait(file, ReadSize + stream.Splitter.Held))
        {
            // Without a watch: epoll reports the end of a pipe whatever events are asked for.
            _epoll.Remove(stream.Pipe);
            stream.IsPaused = true;
            _paused.Add(stream.Token, file.Queue, now);
            return false;
        }

        var read = Peek(stream, out var chunk);
        if (!chunk.IsEmpty)
        {
            Route(stream, chunk, now);
            if (chunk.Length == ReadSize || stream.HangsUp) ReadLater(stream);
            return true;
        }

        if (HasEnded(stream, read)) End(stream, now);
        return false;
    }

    /// <summary>A view can show less than the pipe has.</summary>
    private static bool HasEnded(WorkerStream stream, IoResult read) => read.Errno == Errno.None
        ? read.Ended || (stream.HangsUp && stream.Pipe.Waiting <= stream.BytesLeft)
        : read.Errno != Errno.Again;

    /// <param name="chunk">Bytes that were not read before.</param>
    private IoResult Peek(WorkerStream stream, out ReadOnlySpan<byte> chunk)
    {
        var known = stream.BytesLeft;
        var view = _stopping ? default : _view.Read(stream.Pipe, _buffer.AsSpan(0, known + ReadSize));
        var result = view;
        if (_stopping || (result.Errno != Errno.None && result.Errno != Errno.Again))
        {
            // No daemon follows, or it is no pipe, or a filter forbids tee(2), or the next page cannot be read.
            _unwritten.TakeAll(stream);
            result = stream.Pipe.Read(_buffer.AsSpan(0, ReadSize));
            NoteView(view.Errno, result.Errno);
            stream.BytesTaken += result.Count;
            known = 0;
        }

        chunk = _buffer.AsSpan(Math.Min(known, result.Count)..result.Count);
        stream.BytesRead += chunk.Length;
        return result;
    }

    /// <summary>
    /// Tells once that no pipe can be viewed. If it is no pipe (EINVAL), or if the pipe cannot be read either, that is a matter
    /// of the stream alone.
    /// </summary>
    private void NoteView(Errno view, Errno read)
    {
        if (_isViewNoted || _unfinished is null || view == Errno.None || view == Errno.InvalidArgument) return;
        if (read != Errno.None && read != Errno.Again) return;
        _isViewNoted = true;
        _log.OutputNotKept(view);
    }

    private void ReadLater(WorkerStream stream)
    {
        if (!stream.IsReadAgain) _again.Enqueue(stream);
        stream.IsReadAgain = true;
    }

    private void Route(WorkerStream stream, ReadOnlySpan<byte> chunk, TimeSpan now)
    {
        Retention?.Append(stream.Source, chunk);
        stream.LastWords?.Add(stream.Source.Stream, chunk);
        if (stream.File is { } written) _files.Add(written);
        _router.Route(stream, chunk, now);
        _unwritten.Note(stream);
    }

    /// <summary>
    /// Looks for more. While bytes are left in a pipe, a writer can fill it and wait without an event: pipe_write of Linux wakes
    /// the reader of an empty pipe, and at the end of the call.
    /// </summary>
    /// <param name="taken">Streams whose pipes have room.</param>
    private void Follow(IReadOnlyList<WorkerStream> taken)
    {
        foreach (var stream in taken)
        {
            if (!stream.HasEnded)
            {
                if (stream.HangsUp || stream.Pipe.Waiting > stream.BytesLeft) ReadLater(stream);
            }
            else if (stream.BytesLeft == 0 && _ended.Remove(stream)) Close(stream);
        }
    }

    private void End(WorkerStream stream, TimeSpan now)
    {
        _router.Finish(stream, now);
        stream.HasEnded = true;
        _streams.Remove(stream.Token);
        _epoll.Remove(stream.Pipe);
        _ended.Add(stream);
        _unwritten.Note(stream);
        if (stream.File is { } file) _mailbox.Post(new OutputMessage.FileReleased(file));
        stream.LastWords?.End(stream.Source.Stream);
        if (stream.Source.Stream == OutputStream.Stderr) _mailbox.Post(new OutputMessage.StreamEnded(stream.Process));
    }

    private void Close(WorkerStream stream)
    {
        stream.Pipe.Dispose();
        Interlocked.Decrement(ref _streamCount);
    }
}
