using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>A worker's process, as far as its tree is told from others.</summary>
/// <param name="Pid">Of the process that was spawned, which may have ended by now.</param>
/// <param name="IsReaped">Whether it was waited for, so that its number may by now be another's.</param>
/// <param name="Marks">
/// <c>NAME=value</c> as they stand in its environment, such that no other process group of the daemon has all of them. A
/// name without its value tells that a process belongs to somebody else.
/// </param>
internal sealed record TreeRoot(int Pid, bool IsReaped, ValueList<string> Marks)
{
    /// <summary>
    /// Whether the environment has all marks: true; others in their place: false; none, or not to be read: null.
    /// </summary>
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

    /// <summary>Whether a process is one of the tree: by its session or group, or by the marks where it has left them.</summary>
    /// <returns>Null where it runs no more.</returns>
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
