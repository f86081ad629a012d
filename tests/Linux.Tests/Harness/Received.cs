using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Linux.Tests.Harness;

/// <summary>Takes a descriptor out of a datagram, which .NET's sockets do not.</summary>
internal static unsafe partial class Received
{
    /// <summary>Contents of the file of an empty datagram. The file must be sealed, as journald requires.</summary>
    public static byte[] File(Socket socket)
    {
        const int getSeals = 1034, allSeals = 0xf;
        using var file = Message(socket, out var text);
        Assert.Equal("", text);
        Assert.NotNull(file);
        Assert.Equal(allSeals, Libc.FileControl(file, getSeals, 0));
        return System.IO.File.ReadAllBytes($"/proc/self/fd/{file.Number}");
    }

    /// <returns>The descriptor of the next datagram; null if it has none.</returns>
    public static Descriptor? Message(Socket socket, out string text)
    {
        var data = stackalloc byte[256];
        var part = new Libc.Bytes { Start = data, Length = 256 };
        var control = stackalloc ulong[8];
        var message = new Libc.Message { Parts = &part, PartCount = 1, Control = control, ControlSize = 64 };
        var count = Receive((int)socket.Handle, &message, 0);
        Assert.InRange(count, 0, 256);
        text = Encoding.UTF8.GetString(data, (int)count);
        return message.ControlSize == 0 ? null : new Descriptor(((int*)control)[4]);
    }

    [LibraryImport("libc", EntryPoint = "recvmsg")]
    private static partial nint Receive(int socket, Libc.Message* message, int flags);
}
