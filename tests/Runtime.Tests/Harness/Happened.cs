using System.Globalization;
using Serilog.Events;

namespace Runtime.Tests.Harness;

/// <summary>An event of the daemon's log.</summary>
internal sealed class Happened(LogEvent logged)
{
    /// <summary>As <c>spawn</c>, <c>exit</c>.</summary>
    public string Kind => Field("REUSEPORT_EVENT") ?? "";

    /// <summary>As <c>web@0</c>.</summary>
    public string? Worker => Field("REUSEPORT_SERVICE") is { } service ? $"{service}@{Field("REUSEPORT_WORKER")}" : null;

    public int Pid => Number("REUSEPORT_PID");

    public string? Field(string name) => logged.Properties.GetValueOrDefault(name) is ScalarValue { Value: { } value }
        ? Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;

    public int Number(string field) => int.Parse(Field(field) ?? throw new InvalidOperationException($"no {field} in: {this}"), CultureInfo.InvariantCulture);

    public override string ToString() => $"{Kind}: {logged.RenderMessage(CultureInfo.InvariantCulture)}";
}
