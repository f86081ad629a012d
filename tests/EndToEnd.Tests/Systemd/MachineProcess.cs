using System.Globalization;
using System.Text;

namespace EndToEnd.Tests.Systemd;

/// <summary>A process of the machine. Two values are equal only for the same process.</summary>
/// <param name="Pid">The pid in the namespace of the machine.</param>
/// <param name="Started">Ticks since the boot, which tells it from a later process of that number.</param>
/// <param name="Service">The service of its worker, or of the worker that is its ancestor; else null.</param>
internal sealed record MachineProcess(int Pid, ulong Started, string? Service, string? Worker, string? Generation)
{
    /// <param name="proc">Path of the machine's <c>/proc</c>.</param>
    public static IEnumerable<MachineProcess> All(string proc) =>
        Directory.EnumerateDirectories(proc)
            .Where(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Select(Read).OfType<MachineProcess>();

    /// <summary>Children of a process of this host.</summary>
    public static int[] Children(int pid)
    {
        var text = ReadText($"/proc/{pid}/task/{pid}/children") ?? "";
        return [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    }

    /// <returns>Null if it has ended, or is a zombie.</returns>
    private static MachineProcess? Read(string path)
    {
        if (ReadText($"{path}/stat") is not { } stat || ReadText($"{path}/environ") is not { } environ) return null;
        // Fields behind the name (proc_pid_stat(5)), which may have spaces and parentheses in it: state first, start as the
        // twentieth.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        if (fields[0] is "Z" or "X") return null;
        var variables = environ.Split('\0');
        return new MachineProcess(
            int.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture),
            ulong.Parse(fields[19], CultureInfo.InvariantCulture),
            Value("REUSEPORT_SERVICE"), Value("REUSEPORT_WORKER"), Value("REUSEPORT_GENERATION"));

        string? Value(string name) =>
            variables.FirstOrDefault(entry => entry.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
    }

    private static string? ReadText(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
