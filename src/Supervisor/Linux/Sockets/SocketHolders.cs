using System.Buffers.Text;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// Finds the sockets of processes by <c>/proc/PID/fd</c>: one readlink(2) for each descriptor. A process can hold up these calls
/// as those of <see cref="ProcessEntry"/>. After 1 s its descriptors count as not accessible.
/// </summary>
internal static class SocketHolders
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly BoundedCalls<HashSet<ulong>> Lists = new("sockets", Patience, Patience);
    private static readonly BoundedCalls<int?> Numbers = new("sockets", Patience, Patience);

    private static readonly BoundedCalls<bool> Links =
        new("sockets", TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(20));

    /// <summary>Inodes of the sockets of all these processes. A process that is gone or not accessible adds none.</summary>
    public static HashSet<ulong> Of(IEnumerable<int> pids)
    {
        var inodes = new HashSet<ulong>();
        foreach (var pid in pids)
            if (Lists.TryCall(pid, () => InodesOf(pid), out var held)) inodes.UnionWith(held!);
        return inodes;
    }

    /// <summary>True if descriptor <paramref name="descriptor"/> of a process is the socket with this inode.</summary>
    /// <remarks>Waits at most 250 ms for the process; 20 ms for 10 s after one that took longer.</remarks>
    public static bool Holds(int pid, int descriptor, ulong inode) =>
        Links.TryCall(pid, () => InodeOf(pid, descriptor) == inode, out var holds) && holds;

    /// <summary>The process's descriptor number for the socket with this inode; null if it has none.</summary>
    public static int? DescriptorOf(int pid, ulong inode) =>
        Numbers.TryCall(pid, () => NumberOf(pid, inode), out var number) ? number : null;

    private static ulong? InodeOf(int pid, int descriptor)
    {
        Span<byte> target = stackalloc byte[64];
        var name = string.Create(CultureInfo.InvariantCulture, $"fd/{descriptor}");
        return InodeOf(ProcFile.ReadLink(pid, Encoding.ASCII.GetBytes(name), target));
    }

    private static int? NumberOf(int pid, ulong inode)
    {
        int? found = null;
        Each(pid, (descriptor, held) =>
        {
            if (held == inode) found = int.Parse(descriptor, CultureInfo.InvariantCulture);
            return found is null;
        });
        return found;
    }

    private static HashSet<ulong> InodesOf(int pid)
    {
        var inodes = new HashSet<ulong>();
        Each(pid, (_, inode) =>
        {
            inodes.Add(inode);
            return true;
        });
        return inodes;
    }

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
