using System.Globalization;
using System.Runtime.InteropServices;

namespace Reuseportd.Control.Import.Files;

/// <summary>
/// All processes that the client started, and those that they started, also in sessions of their own: with PR_SET_CHILD_SUBREAPER
/// of prctl(2), a process whose parent has ended becomes a child of the client.
/// </summary>
internal static partial class Descendants
{
    private const int SetChildSubreaper = 36;
    private const int Kill = 9;

    /// <summary>Of a program that starts processes faster than they are ended.</summary>
    private const int MostRounds = 100;

    /// <summary>Before the first process starts.</summary>
    public static void Adopt() => _ = Prctl(SetChildSubreaper, 1, 0, 0, 0);

    /// <summary>Ends them. A process of another user stays.</summary>
    public static void End()
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var left = Find(Environment.ProcessId);
            if (left.Count == 0) return;
            foreach (var process in left) _ = Signal(process, Kill);
        }
    }

    /// <summary>Processes that have not ended.</summary>
    private static List<int> Find(int root)
    {
        var children = new Dictionary<int, List<(int Id, bool IsDead)>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)) continue;
            if (Status(folder) is not (var parent, var state)) continue;
            if (!children.TryGetValue(parent, out var list)) children[parent] = list = [];
            list.Add((id, state is 'Z' or 'X'));
        }

        var found = new List<int>();
        var next = new Stack<int>([root]);
        while (next.TryPop(out var parent))
        {
            foreach (var (id, isDead) in children.GetValueOrDefault(parent, []))
            {
                if (!isDead) found.Add(id);
                next.Push(id);
            }
        }

        return found;
    }

    /// <returns>Fields 4 and 3 of proc_pid_stat(5); null for a process that has gone.</returns>
    private static (int Parent, char State)? Status(string folder)
    {
        try
        {
            var text = File.ReadAllText($"{folder}/stat");
            // The name in field 2 can have blanks and parentheses.
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ', 3);
            return (int.Parse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture), fields[0][0]);
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Prctl(int option, ulong value, ulong third, ulong fourth, ulong fifth);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
