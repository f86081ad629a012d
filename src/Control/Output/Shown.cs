using System.Globalization;
using System.Text;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Output;

/// <summary>Formats values for output; pure.</summary>
internal static class Shown
{
    public const string Nothing = "-";

    public static string Duration(double seconds) => seconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, seconds) * 1000:0}ms"),
        < 120 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0}s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0}m"),
        < 172800 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0}h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400:0}d"),
    };

    public static string Duration(double? seconds) => seconds is { } some ? Duration(some) : Nothing;

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string Number(ulong? number) => number?.ToString(CultureInfo.InvariantCulture) ?? Nothing;

    /// <summary>Powers of 1024 with one letter, like ls -h.</summary>
    public static string Bytes(long? bytes) => bytes switch
    {
        null => Nothing,
        < 1 << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes}B"),
        < 1 << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0}K"),
        < 1 << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0}M"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.0}G"),
    };

    public static string Percent(double? percent) => percent switch
    {
        null => Nothing,
        < 9.95 => string.Create(CultureInfo.InvariantCulture, $"{percent:0.0}%"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{percent:0}%"),
    };

    /// <summary>Such as <c>2 connections cut at the end of drain_timeout</c>.</summary>
    public static string Cut(int connections) =>
        $"{Number(connections)} {(connections == 1 ? "connection" : "connections")} cut at the end of drain_timeout";

    /// <param name="type">stream or dgram; other values are returned unchanged.</param>
    public static string Protocol(string type) => type switch { "stream" => "tcp", "dgram" => "udp", _ => type };

    /// <summary>Such as <c>daemon: started 3d ago, adopted 12 of 12 workers 5m ago</c>.</summary>
    /// <param name="uptime">Since the start of the first daemon, in seconds.</param>
    public static string Adopted(double uptime, AdoptedWorkers adopted) =>
        $"daemon: started {Duration(uptime)} ago, adopted {Number(adopted.Workers)} of {Number(adopted.Of)} "
        + $"{(adopted.Of == 1 ? "worker" : "workers")} {Duration(adopted.Ago)} ago";

    /// <summary>Such as <c>leaving its load balancers; workers drain in 8s</c>.</summary>
    public static string Host(HostStatus host) => host switch
    {
        { State: "leaving", DrainsIn: { } left } => $"leaving its load balancers; workers drain in {Duration(left)}",
        { State: "drained" } => "drained; 'reuseportctl undrain' takes it back",
        _ => Harmless(host.State),
    };

    /// <summary>Such as <c>web to 5 workers (its file: 2)</c>.</summary>
    public static string Scaled(ScaledService service) =>
        $"{service.Service} to {Number(service.Workers)} {(service.Workers == 1 ? "worker" : "workers")} "
        + $"(its file: {Number(service.Declared)})";

    /// <summary>Such as <c>web: 1 of 3 workers are new; paused: see 'reuseportctl resume' and 'rollback'</c>.</summary>
    public static string Update(ServiceUpdate update) =>
        $"{update.Service}: {Number(update.Done)} of {Number(update.Of)} workers {(update.Done == 1 ? "is" : "are")} "
        + (update.Rollback is true ? "rolled back" : "new")
        + (update.Failure is { } failure ? $"; stopped at {failure}" : "")
        + (update.Paused ? "; paused: see 'reuseportctl resume' and 'rollback'" : "");

    /// <summary>
    /// Escapes control characters as <c>\x1b</c>, so that a worker's text cannot control the terminal. A tab is harmless.
    /// </summary>
    public static string Harmless(string text)
    {
        if (!text.Any(IsControl)) return text;
        var shown = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsControl(c)) shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else shown.Append(c);
        }

        return shown.ToString();
    }

    private static bool IsControl(char c) => c != '\t' && char.IsControl(c);
}
