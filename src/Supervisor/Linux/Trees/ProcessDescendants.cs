using System.Buffers.Text;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Reuseportd.Linux.Files;

namespace Reuseportd.Linux.Trees;

/// <summary>
/// A process and its descendants, by <c>/proc/PID/task/TID/children</c> (Linux 3.5, CONFIG_PROC_CHILDREN). The cost depends on
/// the size of the tree, not on the machine's number of processes. Orphans are not found.
/// </summary>
internal static class ProcessDescendants
{
    /// <summary>Most processes that are returned.</summary>
    private const int Most = 4096;

    /// <returns>The process itself comes first.</returns>
    public static List<int> Of(int pid)
    {
        var found = new List<int> { pid };
        for (var at = 0; at < found.Count && found.Count < Most; at++) AddChildren(found[at], found);
        return found;
    }

    /// <summary>
    /// The children of the main thread of a process, with those that are not reaped. The list can omit a child, but only while a
    /// child that is in the list is reaped (proc(5)).
    /// </summary>
    /// <returns>Empty if the list cannot be read.</returns>
    public static List<int> ChildrenOf(int pid)
    {
        var children = new List<int>();
        AddChildren(pid, pid, children);
        return children;
    }

    private static void AddChildren(int pid, List<int> into)
    {
        try
        {
            foreach (var thread in ThreadsOf(pid)) AddChildren(pid, thread, into);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile.
        }
    }

    private static void AddChildren(int pid, int thread, List<int> into)
    {
        if (ProcFile.Read(pid, Encoding.ASCII.GetBytes($"task/{thread}/children")) is { } line) AddPids(line, into);
    }

    private static void AddPids(ReadOnlySpan<byte> line, List<int> into)
    {
        foreach (var range in line.Split((byte)' '))
            if (Utf8Parser.TryParse(line[range], out int pid, out _)) into.Add(pid);
    }

    private static FileSystemEnumerable<int> ThreadsOf(int pid) => new(
        string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task"),
        (ref FileSystemEntry entry) => int.Parse(entry.FileName, NumberStyles.None, CultureInfo.InvariantCulture));
}
