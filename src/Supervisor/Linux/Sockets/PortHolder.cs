using System.Globalization;
using System.Net;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Sockets;

/// <summary>A process with a bound socket, which may block another process's bind.</summary>
/// <param name="Inode">Inode of the socket.</param>
/// <param name="Uid">Owner of the socket.</param>
/// <param name="Pid">Null if no process was seen to have the socket open.</param>
/// <param name="Program">Name of the process; null if <paramref name="Pid"/> is null.</param>
internal sealed record PortHolder(bool IsStream, IPAddress Address, int Port, ulong Inode, uint Uid, int? Pid, string? Program)
{
    /// <summary>True if the process still runs, or if the process is unknown.</summary>
    public bool IsThere => Pid is not { } pid || Libc.Kill(pid, 0) == 0;

    /// <summary>
    /// The holders of these ports. Reads the descriptors of all processes until each socket is found. Of several processes with
    /// one socket, the oldest is the holder: the others are children of it, some of which live only until their exec.
    /// </summary>
    public static IReadOnlyList<PortHolder> On(IReadOnlySet<int> ports)
    {
        var sockets = SockDiag.Bound().Where(socket => ports.Contains(socket.Port)).ToArray();
        var sought = sockets.Select(socket => socket.Inode).ToHashSet();
        var found = new Dictionary<ulong, int>();
        foreach (var process in ProcessTable.Read().Entries.OrderBy(process => process.StartTime))
        {
            if (found.Count == sought.Count) break;
            foreach (var inode in SocketHolders.Of([process.Pid]))
                if (sought.Contains(inode)) found.TryAdd(inode, process.Pid);
        }

        int? HolderOf(SocketRecord socket) => found.TryGetValue(socket.Inode, out var pid) ? pid : null;
        return [.. sockets.Select(socket => FromSocket(socket, HolderOf(socket))).Distinct()];
    }

    private static PortHolder FromSocket(SocketRecord socket, int? pid) =>
        new(socket.IsStream, socket.Address, socket.Port, socket.Inode, socket.Uid, pid, pid is { } known ? NameOf(known) : null);

    /// <summary>The process chooses its name, so the name is bounded and control characters are replaced.</summary>
    private static string NameOf(int pid)
    {
        Span<byte> name = stackalloc byte[64];
        var read = ProcFile.Read(pid, "comm"u8, name);
        var text = Encoding.UTF8.GetString(name[..Math.Max(0, read.Count)]).TrimEnd('\n');
        return text.Length == 0
            ? string.Create(CultureInfo.InvariantCulture, $"process {pid}")
            : string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }
}
