using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Kernel parameters, of this network namespace where they are per namespace (sysctl(8)).</summary>
internal static class Sysctl
{
    /// <param name="name">With dots: <c>net.ipv4.tcp_migrate_req</c>.</param>
    /// <returns>Null when this kernel does not have it, or it may not be read.</returns>
    public static string? Read(string name) => KernelText.Read($"/proc/sys/{name.Replace('.', '/')}");

    /// <returns>
    /// EACCES or EROFS where it may not be written, as in most containers; ENOENT where this kernel does not have it.
    /// </returns>
    public static unsafe Errno Write(string name, string value)
    {
        int number;
        fixed (byte* path = Encoding.ASCII.GetBytes($"/proc/sys/{name.Replace('.', '/')}\0"))
            number = Libc.Open(path, Libc.OpenWriteOnly | Libc.OpenCloseOnExec, 0);
        if (number < 0) return Libc.LastErrno;
        using var file = new Descriptor(number);
        var text = Encoding.ASCII.GetBytes(value);
        fixed (byte* start = text) return Libc.ErrnoOf(Libc.Write(number, start, (nuint)text.Length));
    }
}
