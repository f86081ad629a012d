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

    /// <summary>Receives one datagram, and at most one descriptor with it.</summary>
    /// <param name="text">What the datagram has beyond its end is lost.</param>
    /// <param name="passed">Close-on-exec; null if the datagram has none.</param>
    /// <returns>ETIMEDOUT without a datagram in time; EPIPE if the other end is closed.</returns>
    public static IoResult Receive(Descriptor socket, Span<byte> text, TimeSpan patience, out Descriptor? passed)
    {
        passed = null;
        if (!DescriptorWait.Until(socket, Libc.PollEntry.In, patience)) return new(0, Errno.TimedOut);
        var control = stackalloc ulong[3];
        fixed (byte* start = text)
        {
            var part = new Libc.Bytes { Start = start, Length = (nuint)text.Length };
            var message = new Libc.Message { Parts = &part, PartCount = 1, Control = control, ControlSize = 24 };
            var received = IoResult.FromCall(
                Libc.ReceiveMessage(socket, &message, Libc.ReceiveCloseOnExec | Libc.WithoutWait));
            if (received.Errno != Errno.None) return received;
            // No descriptor is free.
            if ((message.Flags & Libc.ControlTruncated) != 0) return new(0, Errno.TooManyDescriptors);
            if (message.ControlSize >= 20 && ((int*)control)[3] == Libc.RightsMessage)
                passed = new Descriptor(((int*)control)[4]);
            return received.Ended ? new(0, Errno.BrokenPipe) : received;
        }
    }
}
