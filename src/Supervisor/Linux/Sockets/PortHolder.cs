using System.Globalization;
using System.Net;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Sockets;

/// <summary>A process that has a bound socket, and who so may be in another's way.</summary>
/// <param name="Inode">Of the socket.</param>
/// <param name="Uid">Whose the socket is.</param>
/// <param name="Pid">Null where no process could be seen to have it open.</param>
/// <param name="Program">Name of the process; null as <paramref name="Pid"/>.</param>
internal sealed record PortHolder(bool IsStream, IPAddress Address, int Port, ulong Inode, uint Uid, int? Pid, string? Program)
{
    /// <summary>Whether that process has not ended yet; true where none is known.</summary>
    public bool IsThere => Pid is not { } pid || Libc.Kill(pid, 0) == 0;

    /// <summary>Who has these ports. Goes through the descriptors of all processes until each socket has been found.</summary>
    public static IReadOnlyList<PortHolder> Of(IReadOnlySet<int> ports)
    {
        var sockets = SockDiag.Bound().Where(socket => ports.Contains(socket.Port)).ToArray();
        var sought = sockets.Select(socket => socket.Inode).ToHashSet();
        var found = new Dictionary<ulong, int>();
        foreach (var process in ProcessTable.Read().Entries)
        {
            if (found.Count == sought.Count) break;
            foreach (var inode in SocketHolders.Of([process.Pid]))
                if (sought.Contains(inode)) found.TryAdd(inode, process.Pid);
        }

        return [.. sockets.Select(socket => Of(socket, found.TryGetValue(socket.Inode, out var pid) ? pid : null)).Distinct()];
    }

    private static PortHolder Of(SocketRecord socket, int? pid) =>
        new(socket.IsStream, socket.Address, socket.Port, socket.Inode, socket.Uid, pid, pid is { } known ? NameOf(known) : null);

    /// <summary>The process's own word for itself, so bounded and without what a terminal would act on.</summary>
    private static string NameOf(int pid)
    {
        Span<byte> name = stackalloc byte[64];
        var read = ProcFile.Read(pid, "comm"u8, name);
        var text = Encoding.UTF8.GetString(name[..Math.Max(0, read.Count)]).TrimEnd('\n');
        return text.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"process {pid}") : string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
    }
}
