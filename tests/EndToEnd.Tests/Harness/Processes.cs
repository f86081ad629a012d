using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>The processes of this machine, by <c>/proc</c> and <c>kill(2)</c>.</summary>
internal static partial class Processes
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static void Signal(int pid, int signal) => Assert.Equal(0, Send(pid, signal));

    /// <returns>False if the process has ended.</returns>
    public static bool TrySignal(int pid, int signal) => Send(pid, signal) == 0;

    /// <summary>True if a process runs. A zombie does not run.</summary>
    public static bool Runs(int pid) => Status(pid, "State") is { } state && state[0] is not ('Z' or 'X');

    /// <summary>A field of <c>/proc/PID/status</c>; null without such a process.</summary>
    public static string? Status(int pid, string field) => TryRead($"/proc/{pid}/status")?.Split('\n')
        .FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..].Trim();

    /// <summary>Resident bytes.</summary>
    public static long Memory(int pid) =>
        long.Parse(Status(pid, "VmRSS")!.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) << 10;

    /// <summary>A field of <c>/proc/PID/stat</c> past the name, by its number in proc(5).</summary>
    public static string Stat(int pid, int field) =>
        TryStat(pid, field) ?? throw new InvalidOperationException($"process {pid} has ended");

    /// <summary>As <see cref="Stat"/>; null if the process or thread has ended.</summary>
    public static string? TryStat(int pid, int field) => TryRead($"/proc/{pid}/stat") is { } text
        ? text[(text.LastIndexOf(')') + 2)..].Split(' ')[field - 3]
        : null;

    /// <summary>A file of a process or thread; null if that has ended.</summary>
    public static string? TryRead(string path) => Read(path) is { } text ? Encoding.UTF8.GetString(text) : null;

    /// <summary>Children, running or not yet waited for, of all threads.</summary>
    public static int[] ChildrenOf(int pid) =>
    [
        .. Directory.EnumerateDirectories($"/proc/{pid}/task")
            .SelectMany(
                task => Encoding.UTF8.GetString(Read($"{task}/children") ?? []).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(child => int.Parse(child, CultureInfo.InvariantCulture)),
    ];

    /// <summary>The environment that a process was started with.</summary>
    public static string[] Environment(int pid) => Encoding.UTF8.GetString(Read($"/proc/{pid}/environ") ?? []).Split('\0');

    /// <summary>Running processes that have this entry in their environment.</summary>
    public static int[] Marked(string entry)
    {
        var bytes = Encoding.UTF8.GetBytes(entry);
        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Select(
                    path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                        ? pid
                        : 0)
                .Where(
                    pid => pid > 0 && Read($"/proc/{pid}/environ") is { } environ && environ.AsSpan().IndexOf(bytes) >= 0
                        && Runs(pid)),
        ];
    }

    /// <summary>Kills those of these processes that are alive, with any parent.</summary>
    public static void KillAll(IEnumerable<int> pids)
    {
        foreach (var pid in pids) _ = Send(pid, Kill);
    }

    private static byte[]? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int pid, int signal);
}
