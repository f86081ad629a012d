using System.Globalization;
using Serilog.Events;

namespace Runtime.Tests.Harness;

/// <summary>An event of the daemon's log.</summary>
internal sealed class Happened
{
    private readonly LogEvent _logged;

    public Happened(LogEvent logged)
    {
        _logged = logged;
        Kind = Field("REUSEPORT_EVENT") ?? "";
        Worker = Field("REUSEPORT_SERVICE") is { } service ? $"{service}@{Field("REUSEPORT_WORKER")}" : null;
    }

    /// <summary>As <c>spawn</c>, <c>exit</c>.</summary>
    public string Kind { get; }

    /// <summary>As <c>web@0</c>.</summary>
    public string? Worker { get; }

    public int Pid => Number("REUSEPORT_PID");

    public string? Field(string name) => _logged.Properties.GetValueOrDefault(name) is ScalarValue { Value: { } value }
        ? Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;

    public int Number(string field) =>
        int.Parse(Field(field) ?? throw new InvalidOperationException($"no {field} in: {this}"), CultureInfo.InvariantCulture);

    public override string ToString() => $"{Kind}: {_logged.RenderMessage(CultureInfo.InvariantCulture)}";
}
