using System.Runtime.InteropServices;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Preload;

/// <summary>
/// The program of a process, from /proc. A file of /proc may be unreadable (no ptrace access) or slow; its content is then
/// unknown. The loop's thread must not call this class: a read may block for a second.
/// </summary>
internal sealed record RunningProgram(int Pid, string Path)
{
    private const ulong SecureEntry = 23; // AT_SECURE of getauxval(3)

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly MemoryLockedFile Mappings = new("maps"u8, Patience, Patience);
    private static readonly MemoryLockedFile Environ = new("environ"u8, Patience, Patience);

    /// <summary>Null if the process has ended.</summary>
    public static RunningProgram? TryOpen(int pid)
    {
        Span<byte> path = stackalloc byte[4096];
        var link = ProcFile.ReadLink(pid, "exe"u8, path);
        return link.IsEmpty ? null : new RunningProgram(pid, Encoding.UTF8.GetString(link));
    }

    /// <summary>True if the process has mapped a file of this name; /proc marks a replaced file with "(deleted)".</summary>
    public bool Maps(string file)
    {
        var maps = Mappings.Read(Pid) ?? [];
        var path = Encoding.UTF8.GetBytes(RealPath(file));
        foreach (var range in maps.AsSpan().Split((byte)'\n'))
        {
            var line = maps.AsSpan(range);
            var at = line.IndexOf(path);
            if (at > 0 && line[(at + path.Length)..] is [] or [(byte)' ', ..]) return true;
        }

        return false;
    }

    /// <summary>True if the kernel set AT_SECURE, so that the loader ignores LD_PRELOAD; null if unknown.</summary>
    public bool? IsSecure()
    {
        var pairs = MemoryMarshal.Cast<byte, ulong>(ProcFile.Read(Pid, "auxv"u8) ?? []);
        for (var i = 0; i + 1 < pairs.Length; i += 2)
            if (pairs[i] == SecureEntry) return pairs[i + 1] != 0;
        return null;
    }

    /// <summary>True if the initial environment of the process names the library, or cannot be read.</summary>
    public bool Preloads(string library)
    {
        if (Environ.Read(Pid) is not { } environ) return true;
        var path = Encoding.UTF8.GetBytes(library);
        foreach (var range in environ.AsSpan().Split((byte)0))
        {
            var entry = environ.AsSpan(range);
            if (entry.StartsWith("LD_PRELOAD="u8) && entry.IndexOf(path) >= 0) return true;
        }

        return false;
    }

    private static string RealPath(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (IOException)
        {
            return file;
        }
    }
}
