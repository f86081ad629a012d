using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Linux.Tests.Harness;

/// <summary>Takes a descriptor out of a datagram, which .NET's sockets do not.</summary>
internal static unsafe partial class Received
{
    /// <summary>Contents of the file of an empty datagram. The file must be sealed, as journald requires.</summary>
    public static byte[] File(Socket socket)
    {
        const int getSeals = 1034, allSeals = 0xf;
        byte data = 0;
        var part = new Libc.Bytes { Start = &data, Length = 1 };
        var control = stackalloc ulong[8];
        var message = new Libc.Message { Parts = &part, PartCount = 1, Control = control, ControlSize = 64 };
        Assert.Equal(0, Receive((int)socket.Handle, &message, 0));

        using var file = new Descriptor(((int*)control)[4]);
        Assert.Equal(allSeals, Libc.FileControl(file, getSeals, 0));
        return System.IO.File.ReadAllBytes($"/proc/self/fd/{file.Number}");
    }

    [LibraryImport("libc", EntryPoint = "recvmsg")]
    private static partial nint Receive(int socket, Libc.Message* message, int flags);
}
