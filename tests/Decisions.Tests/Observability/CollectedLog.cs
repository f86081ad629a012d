using System.Text;
using System.Text.Json;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Serilog.Core;
using Serilog.Events;

namespace Decisions.Tests.Observability;

/// <summary>A log of the daemon that keeps its records for a test.</summary>
internal sealed class CollectedLog : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly TestDestination _destination = new();
    private readonly LogQueue _queue;

    public CollectedLog(LogForm form = LogForm.Json, LogEventLevel level = LogEventLevel.Debug, bool colour = false)
    {
        _queue = new LogQueue(_destination, _time);
        _queue.Start();
        Logger = DaemonLog.Create(form, _queue, new LoggingLevelSwitch(level), colour);
    }

    public Logger Logger { get; }

    public string Text()
    {
        Assert.True(_queue.Flush(Deadlines.Patience));
        return _destination.Text;
    }

    public List<JsonElement> Events() =>
    [
        .. Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(line));
            return document.RootElement.Clone();
        }),
    ];

    public void Dispose()
    {
        Logger.Dispose();
        _queue.Dispose();
        _destination.Dispose();
        _time.Dispose();
    }
}
