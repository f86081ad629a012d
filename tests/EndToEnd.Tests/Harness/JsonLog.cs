using System.Text.Json;
using System.Text.Unicode;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// The daemon's json log. Every line must be one JSON object in valid UTF-8. A wait for a record also finds a record that has
/// already come.
/// </summary>
internal sealed class JsonLog
{
    private readonly object _gate = new();
    private readonly List<LogRecord> _records = [];
    private readonly List<Waiter> _waiters = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;

    private sealed record Waiter(Func<LogRecord, bool> Matches, TaskCompletionSource<LogRecord> Found);

    /// <summary>
    /// Called for each record, on the reader's thread; returns whether to keep it. For floods, which would fill the memory.
    /// </summary>
    public Func<LogRecord, bool>? Keep { get; set; }

    /// <summary>The first line that is no record, or null.</summary>
    public string? Broken { get; private set; }

    /// <summary>Lines of others on the same stream that are still to come.</summary>
    public HashSet<string> Foreign { get; } = [];

    /// <summary>Completed at the end of the log.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The records kept so far.</summary>
    public LogRecord[] Records
    {
        get
        {
            lock (_gate) return [.. _records];
        }
    }

    public void Read(Stream stream) => new Thread(() => Run(stream)) { IsBackground = true, Name = "log" }.Start();

    /// <summary>The first kept record that matches, from the beginning of the log.</summary>
    public async Task<LogRecord> WaitAsync(Func<LogRecord, bool> matches, string what)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_records.Find(record => matches(record)) is { } found) return found;
            waiter = new Waiter(matches, new TaskCompletionSource<LogRecord>(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Add(waiter);
        }

        var first = await Task.WhenAny(waiter.Found.Task, _ended.Task, Task.Delay(Deadline.Patience));
        // The last record can be the record that was waited for.
        if (first != waiter.Found.Task && !waiter.Found.Task.IsCompleted)
            Assert.Fail($"{(first == _ended.Task ? "the log ended" : $"waited {Deadline.Patience} in vain")} before: {what}");
        return await waiter.Found.Task;
    }

    private void Run(Stream stream)
    {
        var buffer = new byte[64 * 1024];
        var held = 0;
        while (stream.Read(buffer, held, buffer.Length - held) is var count and > 0)
        {
            var (start, end) = (0, held + count);
            while (buffer.AsSpan(start, end - start).IndexOf((byte)'\n') is var length and >= 0)
            {
                Read(buffer.AsMemory(start, length));
                start += length + 1;
            }

            held = end - start;
            buffer.AsSpan(start, held).CopyTo(buffer);
            if (held == buffer.Length) Array.Resize(ref buffer, held * 2);
        }

        if (held > 0) Break(buffer.AsSpan(0, held));
        _ended.TrySetResult();
    }

    private void Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            if (!Utf8.IsValid(line.Span) || document.RootElement.ValueKind != JsonValueKind.Object) Break(line.Span);
            else Add(new LogRecord(_count++, document.RootElement.Clone()));
        }
        catch (JsonException)
        {
            Break(line.Span);
        }
    }

    private void Add(LogRecord record)
    {
        if (Keep?.Invoke(record) == false) return;
        lock (_gate)
        {
            _records.Add(record);
            foreach (var waiter in _waiters.Where(waiter => waiter.Matches(record)).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Found.SetResult(record);
            }
        }
    }

    private void Break(ReadOnlySpan<byte> line)
    {
        var text = System.Text.Encoding.Latin1.GetString(line);
        lock (_gate)
        {
            if (!Foreign.Remove(text)) Broken ??= text;
        }
    }
}
