using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Reads and writes kernel parameters (sysctl(8)); network parameters are those of this network namespace.</summary>
internal static class Sysctl
{
    /// <param name="name">Name with dots: <c>net.ipv4.tcp_migrate_req</c>.</param>
    /// <returns>Null if this kernel has no such parameter, or access is denied.</returns>
    public static string? Read(string name) => KernelText.Read($"/proc/sys/{name.Replace('.', '/')}");

    /// <returns>
    /// EACCES or EROFS if access is denied, as in most containers; ENOENT if this kernel has no such parameter.
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
