using System.Globalization;

namespace Runtime.Tests.Harness;

/// <summary>Facts of /proc on the test process.</summary>
internal static class OwnProcess
{
    /// <summary>Children, with zombies.</summary>
    public static int[] Children() =>
    [
        .. Directory.GetDirectories("/proc/self/task")
            .SelectMany(task => (TryRead($"{task}/children") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)),
    ];

    /// <summary>
    /// The target of each open descriptor, without that of the listing itself. Descriptors that the runtime opens at need do not
    /// count: assemblies, and a source of randomness.
    /// </summary>
    public static string[] Descriptors() =>
    [
        .. Directory.GetFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget).OfType<string>()
            .Where(target => !target.StartsWith("/proc/", StringComparison.Ordinal)
                             && !target.EndsWith(".dll", StringComparison.Ordinal) && target != "/dev/urandom")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// Waits until the program of a process has been executed. Returns its command line; a NUL ends each word.
    /// </summary>
    public static string CommandOf(int? pid)
    {
        var command = "";
        Deadline.Until(() => (command = File.ReadAllText($"/proc/{pid}/cmdline")).Length > 0, "the program runs");
        return command;
    }

    public static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    /// <summary>The letter of the state (proc(5)) and the parent; null if no such process exists.</summary>
    public static (char State, int Parent)? Stat(int pid)
    {
        if (TryRead($"/proc/{pid}/stat") is not { } text) return null;
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    /// <summary>A file of a process or thread; null if that has ended.</summary>
    public static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
