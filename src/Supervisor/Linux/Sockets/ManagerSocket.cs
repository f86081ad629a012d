using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>Messages with a descriptor to the service manager (sd_notify(3)), whose library the framework does not use.</summary>
internal sealed class ManagerSocket : Descriptor
{
    private readonly byte[] _address;

    private ManagerSocket(int number, byte[] address)
        : base(number) => _address = address;

    /// <param name="name">Value of <c>NOTIFY_SOCKET</c>: a path, or <c>@</c> and an abstract name (unix(7)).</param>
    /// <param name="errno">ERANGE if the name is too long, or of another family.</param>
    public static ManagerSocket? TryOpen(string name, out Errno errno)
    {
        errno = Errno.OutOfRange;
        if (AddressOf(name) is not { } address) return null;
        var number = Libc.Socket(Libc.FamilyUnix, Libc.SocketDatagram | Libc.SocketCloseOnExec, 0);
        errno = Libc.ErrnoOf(number);
        return number < 0 ? null : new ManagerSocket(number, address);
    }

    /// <summary>Does not wait.</summary>
    /// <returns>EAGAIN if the manager's queue is full; ENOENT or ECONNREFUSED without a manager.</returns>
    public Errno Send(string text, Descriptor? file = null) => DescriptorMessage.Send(
        this, _address, Encoding.UTF8.GetBytes(text), file, Libc.SendNoSignal | Libc.WithoutWait);

    private static byte[]? AddressOf(string name)
    {
        if (name.StartsWith('/')) return LocalSocket.AddressOf(name);
        // An abstract name has its length instead of a NUL at its end.
        return name.StartsWith('@') && LocalSocket.AddressOf(name) is { } path ? [Libc.FamilyUnix, 0, 0, .. path[3..^1]] : null;
    }
}
