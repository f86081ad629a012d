using System.Collections.Concurrent;
using Reuseportd.Binding;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Lines;

namespace Reuseportd.Runtime.Output;

/// <content>
/// Streams that go to files. Where a file system has no room the streams that go there are not read: their pipes fill up and slow
/// their workers down, while all others are read as before.
/// </content>
internal sealed partial class OutputLoop
{
    private readonly ConcurrentQueue<Action> _errands = new();
    private readonly HashSet<WorkerFile> _files = [];
    private readonly Dictionary<FileQueue, PausedStreams> _paused = [];

    private bool HasPaused => _paused.Count > 0;

    /// <summary>Has something done by the thread of this loop, in turn; after its end, by the caller's.</summary>
    public void Do(Action errand)
    {
        _errands.Enqueue(errand);
        if (_thread.IsAlive || !_stopping) Wake();
        else DoErrands();
    }

    /// <summary>Closes a file that no stream goes to any more.</summary>
    public void Close(WorkerFile file) => Do(() =>
    {
        _files.Remove(file);
        file.Close();
    });

    private void Wake()
    {
        try
        {
            _wake.Signal();
        }
        catch (ObjectDisposedException) when (_stopping)
        {
            // A disk that hung came back when the daemon had ended.
        }
    }

    private void DoErrands()
    {
        while (_errands.TryDequeue(out var errand)) errand();
    }

    /// <summary>
    /// All that is whole lines goes as it is, in one piece; line by line only where the preload library may have said one of
    /// them.
    /// </summary>
    private void TakeForFile(WorkerStream stream, WorkerFile file, ReadOnlySpan<byte> chunk, TimeSpan now)
    {
        _files.Add(file);
        if (stream.Splitter.IsInLine)
        {
            var end = chunk.IndexOf((byte)'\n') + 1;
            var begun = end == 0 ? chunk : chunk[..end];
            TakeLines(stream, begun, now);
            chunk = chunk[begun.Length..];
        }

        var whole = chunk[..(chunk.LastIndexOf((byte)'\n') + 1)];
        if (stream.Source.Stream == OutputStream.Stderr && OutcomeParser.MayBeIn(whole)) TakeLines(stream, whole, now);
        else file.Append(stream, whole);
        TakeLines(stream, chunk[whole.Length..], now);
    }

    /// <summary>
    /// The bytes as they came: only a line that was cut, or that the end of the stream cut short, has no newline.
    /// </summary>
    private void AppendLine(WorkerStream stream, WorkerFile file, Line line)
    {
        _line.Clear();
        _line.Write(line.Bytes);
        if (line.Ended) _line.Write((byte)'\n');
        file.Append(stream, _line.Bytes);
    }

    private static bool MustWait(WorkerFile file, int bytes) => !file.Queue.HasRoom(bytes) && !file.Queue.IsStuck;

    private void Pause(ulong token, WorkerStream stream, FileQueue queue, TimeSpan now)
    {
        // Taken out, and not only asked for less: the end of a stream is told whatever was asked for.
        _epoll.Remove(stream.Pipe);
        if (!_paused.TryGetValue(queue, out var paused)) _paused.Add(queue, paused = new PausedStreams(queue.Progress, now));
        paused.Tokens.Add(token);
    }

    private TimeSpan? NextStall(TimeSpan now)
    {
        TimeSpan? soonest = null;
        foreach (var paused in _paused.Values)
            if (paused.Since + FileQueue.StallAfter - now is var left && (soonest is null || left < soonest)) soonest = left;
        return soonest;
    }

    private void Resume(TimeSpan now)
    {
        if (!HasPaused) return;
        foreach (var (queue, paused) in _paused.ToArray())
        {
            if (queue.Progress is var progress && progress != paused.Progress) (paused.Progress, paused.Since) = (progress, now);
            else if (now - paused.Since >= FileQueue.StallAfter) queue.GiveUp(progress);
            if (!queue.HasRoom(ReadSize) && !queue.IsStuck) continue;
            _paused.Remove(queue);
            foreach (var token in paused.Tokens) Watch(token, _streams[token]);
        }
    }

    private void Leave(WorkerFile file) => _mailbox.Post(new OutputMessage.FileReleased(file));

    private void CloseFiles()
    {
        foreach (var file in _files) file.Close();
        DoErrands();
    }

    /// <param name="progress">Of the queue, when it was last seen to move.</param>
    private sealed class PausedStreams(long progress, TimeSpan since)
    {
        public List<ulong> Tokens { get; } = [];

        public long Progress { get; set; } = progress;

        public TimeSpan Since { get; set; } = since;
    }
}
