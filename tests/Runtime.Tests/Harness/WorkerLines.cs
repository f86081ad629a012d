using System.Globalization;
using System.Text;
using System.Text.Json;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Text;

namespace Runtime.Tests.Harness;

/// <summary>The lines of the workers in the JSON log. A test waits for them.</summary>
internal sealed class WorkerLines : ILogDestination
{
    private readonly object _gate = new();
    private readonly List<(string Worker, string Text, DateTimeOffset Stamp)> _untaken = [];
    private long _count;

    /// <summary>True to keep the lines; the lines of a flood are only counted.</summary>
    public bool Keeps { get; set; } = true;

    public long Count => Volatile.Read(ref _count);

    public LogProgress Write(LogBatch batch)
    {
        lock (_gate)
        {
            _count += batch.Count;
            for (var index = 0; Keeps && index < batch.Count; index++) _untaken.Add(Read(batch[index]));
            Monitor.PulseAll(_gate);
        }

        return LogProgress.Took(batch.Bytes.Length);
    }

    /// <summary>
    /// The words of the earliest line of the worker that begins with <paramref name="start"/> and was not taken before.
    /// </summary>
    public string[] Take(string worker, string start) => TakeLine(worker, start).Text.Split(' ');

    /// <summary>The time of that line in the log.</summary>
    public DateTimeOffset TakeStamp(string worker, string start) => TakeLine(worker, start).Stamp;

    /// <summary>The lines of all workers that were not taken before.</summary>
    public string[] TakeAll()
    {
        lock (_gate)
        {
            string[] lines = [.. _untaken.Select(line => line.Text)];
            _untaken.Clear();
            return lines;
        }
    }

    private (string Text, DateTimeOffset Stamp) TakeLine(string worker, string start)
    {
        var until = DateTime.UtcNow + Deadline.Patience;
        lock (_gate)
        {
            while (true)
            {
                var at = _untaken.FindIndex(
                    line => line.Worker == worker && line.Text.StartsWith(start, StringComparison.Ordinal));
                if (at >= 0)
                {
                    var found = _untaken[at];
                    _untaken.RemoveAt(at);
                    return (found.Text, found.Stamp);
                }

                var left = until - DateTime.UtcNow;
                Assert.True(
                    left > TimeSpan.Zero, $"no line '{start}' of {worker} in time; there was:\n{string.Join('\n', _untaken)}");
                Monitor.Wait(_gate, left);
            }
        }
    }

    private static (string Worker, string Text, DateTimeOffset Stamp) Read(ReadOnlySpan<byte> record)
    {
        using var line = JsonDocument.Parse(Encoding.UTF8.GetString(record));
        var root = line.RootElement;
        return (
            $"{root.GetProperty("REUSEPORT_SERVICE")}@{root.GetProperty("REUSEPORT_WORKER")}",
            root.GetProperty("MESSAGE").GetString()!,
            DateTimeOffset.Parse(root.GetProperty("timestamp").GetString()!, CultureInfo.InvariantCulture));
    }
}
