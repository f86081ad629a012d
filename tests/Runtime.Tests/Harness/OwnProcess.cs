using System.Globalization;

namespace Runtime.Tests.Harness;

/// <summary>What /proc says of the test process.</summary>
internal static class OwnProcess
{
    /// <summary>Children, zombies among them.</summary>
    public static int[] Children() =>
    [
        .. Directory.GetDirectories("/proc/self/task")
            .SelectMany(task => Text($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)),
    ];

    /// <summary>
    /// Where each open descriptor leads, but for that of the listing itself and those that the runtime opens when it needs them:
    /// its assemblies, and a source of randomness.
    /// </summary>
    public static string[] Descriptors() =>
    [
        .. Directory.GetFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget).OfType<string>()
            .Where(target => !target.StartsWith("/proc/", StringComparison.Ordinal)
                             && !target.EndsWith(".dll", StringComparison.Ordinal) && target != "/dev/urandom")
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>
    /// The words of a process's command line, each with a NUL behind it; waits until its program has been executed.
    /// </summary>
    public static string CommandOf(int? pid)
    {
        var command = "";
        Deadline.Until(() => (command = File.ReadAllText($"/proc/{pid}/cmdline")).Length > 0, "the program runs");
        return command;
    }

    public static bool Exists(int pid) => Directory.Exists($"/proc/{pid}");

    /// <summary>The letter of proc(5) and the parent; null where there is no such process.</summary>
    public static (char State, int Parent)? Stat(int pid)
    {
        var text = Text($"/proc/{pid}/stat");
        if (text.Length == 0) return null;
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (fields[0][0], int.Parse(fields[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Empty when the process or thread has gone.</summary>
    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
