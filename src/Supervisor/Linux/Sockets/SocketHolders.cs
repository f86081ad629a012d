using System.Buffers.Text;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Reuseportd.Linux.Files;

namespace Reuseportd.Linux.Sockets;

/// <summary>Finds the sockets of processes by <c>/proc/PID/fd</c>: one readlink(2) for each descriptor.</summary>
internal static class SocketHolders
{
    /// <summary>Inodes of the sockets of all these processes. A process that is gone or not accessible adds none.</summary>
    public static HashSet<ulong> Of(IEnumerable<int> pids)
    {
        var inodes = new HashSet<ulong>();
        foreach (var pid in pids) AddInodes(pid, inodes);
        return inodes;
    }

    /// <summary>True if descriptor <paramref name="descriptor"/> of a process is the socket with this inode.</summary>
    public static bool Holds(int pid, int descriptor, ulong inode)
    {
        Span<byte> target = stackalloc byte[64];
        var name = string.Create(CultureInfo.InvariantCulture, $"fd/{descriptor}");
        return InodeOf(ProcFile.ReadLink(pid, Encoding.ASCII.GetBytes(name), target)) == inode;
    }

    /// <summary>The process's descriptor number for the socket with this inode; null if it has none.</summary>
    public static int? DescriptorOf(int pid, ulong inode)
    {
        int? found = null;
        Each(pid, (descriptor, held) =>
        {
            if (held == inode) found = int.Parse(descriptor, CultureInfo.InvariantCulture);
            return found is null;
        });
        return found;
    }

    private static void AddInodes(int pid, HashSet<ulong> into) => Each(pid, (_, inode) =>
    {
        into.Add(inode);
        return true;
    });

    /// <param name="goOn">Receives a descriptor and its inode; returns whether to continue.</param>
    private static void Each(int pid, Func<string, ulong, bool> goOn)
    {
        Span<byte> target = stackalloc byte[64];
        try
        {
            foreach (var descriptor in DescriptorsOf(pid))
            {
                var link = ProcFile.ReadLink(pid, Encoding.ASCII.GetBytes("fd/" + descriptor), target);
                if (InodeOf(link) is { } inode && !goOn(descriptor, inode)) return;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process has ended meanwhile.
        }
    }

    /// <summary>Links of sockets have the form <c>socket:[INODE]</c>.</summary>
    private static ulong? InodeOf(ReadOnlySpan<byte> link) =>
        link.StartsWith("socket:["u8) && Utf8Parser.TryParse(link["socket:["u8.Length..], out ulong inode, out _) ? inode : null;

    private static FileSystemEnumerable<string> DescriptorsOf(int pid) => new(
        string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"), (ref FileSystemEntry entry) => entry.FileName.ToString());
}
