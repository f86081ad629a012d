using Serilog.Core;
using Serilog.Events;

namespace Runtime.Tests.Harness;

/// <summary>The events of the daemon. A test waits for them one by one.</summary>
internal sealed class EventLog : ILogEventSink
{
    private readonly object _gate = new();
    private readonly List<Happened> _all = [];
    private readonly List<Happened> _untaken = [];

    public void Emit(LogEvent logEvent)
    {
        var happened = new Happened(logEvent);
        lock (_gate)
        {
            _all.Add(happened);
            _untaken.Add(happened);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the earliest event of that kind that was not taken before.</summary>
    /// <param name="worker">As <c>web@0</c>; null for any.</param>
    public Happened Take(string kind, string? worker = null)
    {
        var until = DateTime.UtcNow + Deadline.Patience;
        lock (_gate)
        {
            while (true)
            {
                var at = _untaken.FindIndex(happened => happened.Kind == kind && (worker is null || happened.Worker == worker));
                if (at >= 0)
                {
                    var found = _untaken[at];
                    _untaken.RemoveAt(at);
                    return found;
                }

                var left = until - DateTime.UtcNow;
                var came = left > TimeSpan.Zero && Monitor.Wait(_gate, left);
                Assert.True(
                    came || left > TimeSpan.Zero, $"no '{kind}' of {worker ?? "any worker"} in time; there was:\n{Text()}");
            }
        }
    }

    public Happened[] Take(string kind, int count) => [.. Enumerable.Range(0, count).Select(_ => Take(kind))];

    /// <summary>All events of that kind up to now, taken or not.</summary>
    public Happened[] All(string kind)
    {
        lock (_gate) return [.. _all.Where(happened => happened.Kind == kind)];
    }

    /// <summary>All events up to now, taken or not, in their order.</summary>
    public Happened[] All()
    {
        lock (_gate) return [.. _all];
    }

    private string Text() => string.Join('\n', _all.TakeLast(60));
}
