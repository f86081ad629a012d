using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>A datagram that carries a descriptor (SCM_RIGHTS, unix(7)).</summary>
internal static unsafe class DescriptorMessage
{
    /// <param name="address"><c>struct sockaddr_un</c> of the receiver.</param>
    /// <param name="text">May be empty.</param>
    /// <param name="file">Null to send the text alone. The receiver gets a descriptor of the same open file.</param>
    /// <param name="flags">Flags of sendmsg(2).</param>
    public static Errno Send(SafeHandle socket, byte[] address, ReadOnlySpan<byte> text, Descriptor? file, int flags)
    {
        // struct cmsghdr and one descriptor (cmsg(3)). Its length excludes the padding of the buffer.
        var control = stackalloc ulong[3];
        control[0] = 20;
        ((int*)control)[2] = Libc.LevelSocket;
        ((int*)control)[3] = Libc.RightsMessage;
        ((int*)control)[4] = file?.Number ?? -1;
        ((int*)control)[5] = 0;
        fixed (byte* name = address, start = text)
        {
            var part = new Libc.Bytes { Start = start, Length = (nuint)text.Length };
            var message = new Libc.Message
            {
                Address = name, AddressSize = (uint)address.Length, Parts = &part, PartCount = 1,
                Control = file is null ? null : control, ControlSize = file is null ? 0 : 24u,
            };
            Errno errno;
            do errno = Libc.ErrnoOf(Libc.SendMessage(socket, &message, flags));
            while (errno == Errno.Interrupted);
            return errno;
        }
    }
}
