using System.Globalization;
using Reuseportd.Model;

namespace Linux.Tests.Harness;

/// <summary>Reads /proc of a worker.</summary>
internal static class ProcText
{
    /// <summary>A field of <c>/proc/PID/status</c>, its words separated by one space.</summary>
    public static string Status(int pid, string field) => string.Join(' ', File.ReadLines($"/proc/{pid}/status")
        .Single(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..]
        .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries));

    /// <summary>True if this process has the capability in a set such as <c>CapEff</c>.</summary>
    public static bool HasCapability(string set, string name) =>
        (Convert.ToUInt64(Status(Environment.ProcessId, set), 16) & Capability.TryParse(name)!.Value.Bit) != 0;

    public static string Read(int pid, string file) => File.ReadAllText($"/proc/{pid}/{file}").Trim();

    /// <summary>A field of <c>/proc/PID/stat</c> past the name, by its number in proc(5).</summary>
    public static long Stat(int pid, int field)
    {
        var text = Read(pid, "stat");
        return long.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[field - 3], CultureInfo.InvariantCulture);
    }

    /// <summary>Soft and hard limit by the words of <c>/proc/PID/limits</c>.</summary>
    public static (string Soft, string Hard) Limit(int pid, string words)
    {
        var line = File.ReadLines($"/proc/{pid}/limits").Single(line => line.StartsWith(words + "  ", StringComparison.Ordinal));
        var columns = line[words.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (columns[0], columns[1]);
    }
}
