using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Limits and priorities, systemd.exec(5) and systemd.resource-control(5).</summary>
internal static class ResourceKeys
{
    private static readonly Dictionary<string, (string Name, Func<string, long?> Parse, bool IsSize)> Limits =
        new(StringComparer.Ordinal)
    {
        ["CPU"] = ("cpu", Seconds, false), ["FSIZE"] = ("fsize", UnitValues.Bytes, true),
        ["DATA"] = ("data", UnitValues.Bytes, true), ["STACK"] = ("stack", UnitValues.Bytes, true),
        ["CORE"] = ("core", UnitValues.Bytes, true), ["RSS"] = ("rss", UnitValues.Bytes, true),
        ["NOFILE"] = ("nofile", Nodes.Integer, false), ["AS"] = ("as", UnitValues.Bytes, true),
        ["NPROC"] = ("nproc", Nodes.Integer, false), ["MEMLOCK"] = ("memlock", UnitValues.Bytes, true),
        ["LOCKS"] = ("locks", Nodes.Integer, false), ["SIGPENDING"] = ("sigpending", Nodes.Integer, false),
        ["MSGQUEUE"] = ("msgqueue", UnitValues.Bytes, true), ["NICE"] = ("rlimit_nice", UnitValues.NiceLimit, false),
        ["RTPRIO"] = ("rtprio", Nodes.Integer, false), ["RTTIME"] = ("rttime", Microseconds, false),
    };

    /// <returns>False for a key of another table.</returns>
    public static bool Read(Assignment one, ImportedProgram program)
    {
        const string prefix = "Limit";
        if (!one.Key.StartsWith(prefix, StringComparison.Ordinal) || !Limits.TryGetValue(one.Key[prefix.Length..], out var limit))
            return Priority(one, program) || Group(one, program);
        Limit(one, program, Key.Limit(limit.Name), limit.Parse, limit.IsSize);
        return true;
    }

    /// <summary>Soft and hard limit are one here: the hard one, up to which a program may go.</summary>
    private static void Limit(Assignment one, ImportedProgram program, Key key, Func<string, long?> parse, bool isSize)
    {
        var colon = one.Value.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
            program.Note(one.Place, $"{one.Key}={Printable.Text(one.Value)}: soft and hard limit are the same here", "limits");
        var value = one.Value[(colon + 1)..];
        if (value == "infinity") program.Raw(key, "infinity", one.Place);
        else if (program.Value($"{one.Key}={one.Value}", value, parse, one.Place, "limits") is not { } number) return;
        else if (isSize) program.Size(key, number, one.Place);
        else program.Number(key, number, one.Place);
    }

    private static bool Priority(Assignment one, ImportedProgram program)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "Nice":
                Number(Key.Nice, one, program);
                return true;
            case "OOMScoreAdjust":
                Number(Key.OomScore, one, program);
                return true;
            case "CPUAffinity":
                if (program.Settings.ContainsKey(Key.CpuAffinity))
                    program.Missing(at, "a second CPUAffinity is left out: write one list", "limits");
                else
                    CpuList.Set(value, at, program);
                return true;
            case "CPUSchedulingPolicy" when value is "other" or "batch" or "idle":
                program.Raw(Key.SchedulingPolicy, value, at);
                return true;
            case "CPUSchedulingPolicy" when value is "fifo" or "rr":
                program.Raw(Key.SchedulingPolicy, value, at);
                if (!program.Settings.ContainsKey(Key.SchedulingPriority)) program.Number(Key.SchedulingPriority, 1, at);
                return true;
            case "CPUSchedulingPriority":
                Number(Key.SchedulingPriority, one, program);
                return true;
            case "IOSchedulingClass":
                IoClass(one, program);
                return true;
            case "IOSchedulingPriority":
                Number(Key.IoPriority, one, program);
                return true;
            default:
                return false;
        }
    }

    private static void IoClass(Assignment one, ImportedProgram program)
    {
        var name = one.Value switch
        {
            "1" or "realtime" => "realtime", "2" or "best-effort" => "best-effort", "3" or "idle" => "idle", _ => null,
        };
        if (name is null) program.Unknown(one.Place, $"{one.Key}={one.Value}");
        else program.Raw(Key.IoClass, name, one.Place);
    }

    private static bool Group(Assignment one, ImportedProgram program)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "MemoryMax" or "MemoryLimit" or "TasksMax" when value == "infinity":
                program.Same();
                return true;
            case "MemoryMax" or "MemoryLimit":
                if (Value(one, UnitValues.Bytes, program) is { } bytes) program.Size(Key.MemoryMax, bytes, at);
                return true;
            case "CPUQuota":
                if (Value(one, UnitValues.Percent, program) is { } percent) program.CpuPercent(percent, at);
                return true;
            case "TasksMax":
                Number(Key.TasksMax, one, program);
                return true;
            case "LogRateLimitIntervalSec":
                if (Value(one, UnitValues.Span, program) is not { } interval) return true;
                if (interval == TimeSpan.Zero) program.Number(Key.RateBurst, 0, at);
                else program.Duration(Key.RateInterval, interval, at);
                return true;
            case "LogRateLimitBurst":
                Number(Key.RateBurst, one, program);
                return true;
            default:
                return false;
        }
    }

    private static void Number(Key key, Assignment one, ImportedProgram program)
    {
        if (Value(one, Nodes.Integer, program) is { } number) program.Number(key, number, one.Place);
    }

    private static T? Value<T>(Assignment one, Func<string, T?> parse, ImportedProgram program)
        where T : struct =>
        program.Value($"{one.Key}={one.Value}", one.Value, parse, one.Place, "limits");

    private static long? Seconds(string text) => UnitValues.Span(text) is { } span ? (long)Math.Ceiling(span.TotalSeconds) : null;

    /// <summary>A number without a unit is in microseconds.</summary>
    private static long? Microseconds(string text) =>
        Nodes.Integer(text) ?? (UnitValues.Span(text) is { } span ? span.Ticks / TimeSpan.TicksPerMicrosecond : null);
}
