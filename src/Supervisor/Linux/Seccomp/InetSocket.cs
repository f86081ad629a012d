using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>A copy of an IPv4 or IPv6 socket of a process.</summary>
/// <param name="Type">The word of the preload library: <c>stream</c> or <c>dgram</c>.</param>
internal readonly unsafe record struct InetSocket(TakenSocket Descriptor, string Type)
{
    public ulong Inode => Descriptor.Inode;

    /// <summary>
    /// Null for another family, a raw socket, or a descriptor that is not a socket. Uses no operation of the file: on a file
    /// system of the process, such an operation could block.
    /// </summary>
    public static string? TypeOf(TakenSocket socket)
    {
        if (OptionOf(socket, Libc.OptionFamily) is not (Libc.FamilyInet or Libc.FamilyInet6)) return null;
        return OptionOf(socket, Libc.OptionType) switch
        {
            Libc.SocketStream => "stream",
            Libc.SocketDatagram => "dgram",
            _ => null,
        };
    }

    public Errno Bind(ReadOnlySpan<byte> address)
    {
        fixed (byte* start = address) return Libc.ErrnoOf(Libc.Bind(Descriptor, start, (uint)address.Length));
    }

    public BoundAddress? LocalAddress()
    {
        Span<byte> address = stackalloc byte[BoundAddress.MostBytes];
        var size = (uint)address.Length;
        fixed (byte* start = address)
            if (Libc.LocalName(Descriptor, start, &size) != 0) return null;
        return BoundAddress.TryParse(address[..(int)Math.Min(size, BoundAddress.MostBytes)]);
    }

    private static int OptionOf(TakenSocket socket, int option)
    {
        var value = 0;
        var size = (uint)sizeof(int);
        return Libc.GetSocketOption(socket, Libc.LevelSocket, option, &value, &size) == 0 ? value : -1;
    }
}
