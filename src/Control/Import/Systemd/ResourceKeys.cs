using System.Globalization;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Limits and priorities, systemd.exec(5) and systemd.resource-control(5).</summary>
internal static class ResourceKeys
{
    private static readonly Dictionary<string, (string Name, bool IsSize)> Limits = new(StringComparer.Ordinal)
    {
        ["CPU"] = ("cpu", false), ["FSIZE"] = ("fsize", true), ["DATA"] = ("data", true), ["STACK"] = ("stack", true),
        ["CORE"] = ("core", true), ["RSS"] = ("rss", true), ["NOFILE"] = ("nofile", false), ["AS"] = ("as", true),
        ["NPROC"] = ("nproc", false), ["MEMLOCK"] = ("memlock", true), ["LOCKS"] = ("locks", false),
        ["SIGPENDING"] = ("sigpending", false), ["MSGQUEUE"] = ("msgqueue", true), ["NICE"] = ("rlimit_nice", false),
        ["RTPRIO"] = ("rtprio", false), ["RTTIME"] = ("rttime", false),
    };

    /// <returns>False for a key of another table.</returns>
    public static bool Read(Assignment one, ImportedProgram program)
    {
        if (one.Key.StartsWith("Limit", StringComparison.Ordinal) && Limits.TryGetValue(one.Key["Limit".Length..], out var limit))
            Limit(one, program, Key.Limit(limit.Name), limit.IsSize);
        else
            return Priority(one, program) || Group(one, program);
        return true;
    }

    /// <summary>Soft and hard limit are one here: the hard one, up to which a program may go.</summary>
    private static void Limit(Assignment one, ImportedProgram program, Key key, bool isSize)
    {
        var colon = one.Value.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
            program.Note(one.Place, $"{one.Key}={Printable.Text(one.Value)}: soft and hard limit are the same here", "limits");
        var value = one.Value[(colon + 1)..];
        var seconds = one.Key == "LimitCPU" && UnitValues.Span(value) is { } span ? (long?)span.TotalSeconds : null;
        if (value == "infinity") program.Raw(key, "infinity", one.Place);
        else if (isSize && UnitValues.Bytes(value) is { } bytes) program.Size(key, bytes, one.Place);
        else if ((seconds ?? UnitValues.Integer(value)) is { } number) program.Number(key, number, one.Place);
        else program.Unknown(one.Place, $"{one.Key}={one.Value}");
    }

    private static bool Priority(Assignment one, ImportedProgram program)
    {
        switch (one.Key)
        {
            case "Nice" when UnitValues.Integer(one.Value) is { } nice:
                program.Number(Key.Nice, nice, one.Place);
                return true;
            case "OOMScoreAdjust" when UnitValues.Integer(one.Value) is { } score:
                program.Number(Key.OomScore, score, one.Place);
                return true;
            case "CPUAffinity":
                CpuList.Set(one.Value, one.Place, program);
                return true;
            case "CPUSchedulingPolicy" when one.Value is "other" or "batch" or "idle":
                program.Raw(Key.SchedulingPolicy, one.Value, one.Place);
                return true;
            case "CPUSchedulingPolicy" when one.Value is "fifo" or "rr":
                program.Raw(Key.SchedulingPolicy, one.Value, one.Place);
                if (!program.Settings.ContainsKey(Key.SchedulingPriority)) program.Number(Key.SchedulingPriority, 1, one.Place);
                return true;
            case "CPUSchedulingPriority" when UnitValues.Integer(one.Value) is { } priority:
                program.Number(Key.SchedulingPriority, priority, one.Place);
                return true;
            case "IOSchedulingClass":
                var name = one.Value switch { "1" or "realtime" => "realtime", "2" or "best-effort" => "best-effort", "3"
                    or "idle" => "idle", _ => null };
                if (name is null) program.Unknown(one.Place, $"{one.Key}={one.Value}");
                else program.Raw(Key.IoClass, name, one.Place);
                return true;
            case "IOSchedulingPriority" when UnitValues.Integer(one.Value) is { } level:
                program.Number(Key.IoPriority, level, one.Place);
                return true;
            default:
                return false;
        }
    }

    private static bool Group(Assignment one, ImportedProgram program)
    {
        var (at, value) = (one.Place, one.Value);
        switch (one.Key)
        {
            case "MemoryMax" or "MemoryLimit" or "TasksMax" when value == "infinity":
                return true;
            case "MemoryMax" or "MemoryLimit" when UnitValues.Bytes(value) is { } bytes:
                program.Size(Key.MemoryMax, bytes, at);
                return true;
            case "CPUQuota" when value.EndsWith('%') && decimal.TryParse(
                value.AsSpan()[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
                    && percent <= 1_000_000:
                program.Raw(Key.CpuQuota, $"\"{Math.Max(1, (long)percent)}%\"", at);
                return true;
            case "TasksMax" when UnitValues.Integer(value) is { } tasks:
                program.Number(Key.TasksMax, tasks, at);
                return true;
            case "LogRateLimitIntervalSec" when UnitValues.Span(value) is { } interval:
                if (interval == TimeSpan.Zero) program.Number(Key.RateBurst, 0, at);
                else program.Duration(Key.RateInterval, interval, at);
                return true;
            case "LogRateLimitBurst" when UnitValues.Integer(value) is { } burst:
                program.Number(Key.RateBurst, burst, at);
                return true;
            default:
                return false;
        }
    }
}
