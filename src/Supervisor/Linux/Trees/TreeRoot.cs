using System.Text;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Trees;

/// <summary>A worker's process, with the facts that identify its tree.</summary>
/// <param name="Pid">Pid of the spawned process, which may have ended.</param>
/// <param name="IsReaped">True if the process was reaped, so that another process may have its pid.</param>
/// <param name="Marks">
/// <c>NAME=value</c> entries of its environment; no other worker has all of them. The same names with other values mean another
/// worker.
/// </param>
internal sealed record TreeRoot(int Pid, bool IsReaped, ValueList<string> Marks)
{
    /// <summary>Null if the process is a child of the daemon.</summary>
    public ForeignRoot? Foreign { get; init; }

    /// <summary>True if the environment has all marks; false if a mark has another value; null if a mark is missing.</summary>
    public bool? Claims(ReadOnlySpan<byte> environ)
    {
        var matched = 0;
        foreach (var mark in Marks)
        {
            var name = mark[..(mark.IndexOf('=', StringComparison.Ordinal) + 1)];
            if (Entry(environ, Encoding.UTF8.GetBytes(name)) is not { Length: > 0 } entry) continue;
            if (!entry.SequenceEqual(Encoding.UTF8.GetBytes(mark))) return false;
            matched++;
        }

        return matched == Marks.Count && matched > 0 ? true : null;
    }

    /// <summary>True if a process belongs to the tree: by session or group, or by the marks if it has left both.</summary>
    /// <returns>Null if the process has ended.</returns>
    public bool? Holds(int pid)
    {
        if (ProcessEntry.Of(pid) is not { } entry) return null;
        return entry.Session == Pid || entry.Group == Pid || Claims(ProcessEnvironment.Read(pid) ?? []) == true;
    }

    private static ReadOnlySpan<byte> Entry(ReadOnlySpan<byte> environ, ReadOnlySpan<byte> nameAndEquals)
    {
        foreach (var range in environ.Split((byte)0))
            if (environ[range].StartsWith(nameAndEquals)) return environ[range];
        return [];
    }
}
