using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>A file that a worker's output is appended to. It is opened as the worker's user.</summary>
internal sealed unsafe class AppendFile : Descriptor
{
    private AppendFile(int number)
        : base(number)
    {
    }

    /// <summary>
    /// Opens the file, or creates it with mode 0640. The call may block as long as the file system does. It may run on any
    /// thread. See Native/Spawning/open_output.c.
    /// </summary>
    /// <param name="identity">The user and groups to open it as; null for the daemon's.</param>
    /// <param name="errno">ELOOP for a symbolic link; ENXIO for a FIFO without a reader.</param>
    public static AppendFile? TryOpen(string path, Identity? identity, out Errno errno)
    {
        if (identity is not null && UserDatabase.IsOwn(identity)) identity = null;
        int answer;
        uint[] groups = identity is null ? [] : [.. identity.Groups];
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
        fixed (uint* first = groups)
        {
            var native = new Native.Identity
            {
                Groups = first, GroupCount = (uint)groups.Length, Uid = identity?.Uid ?? 0, Gid = identity?.Gid ?? 0,
            };
            answer = Native.OpenOutput(start, identity is null ? null : &native);
        }

        errno = answer < 0 ? new Errno(-answer) : Errno.None;
        return answer < 0 ? null : new AppendFile(answer);
    }

    /// <summary>Device number: files with the same device share a file system. Null if this is not a regular file.</summary>
    public (uint Major, uint Minor)? Device() =>
        FileEntry.Read(this, out _) is { Facts.IsRegularFile: true, Identity: var identity }
            ? (identity.DeviceMajor, identity.DeviceMinor)
            : null;

    /// <summary>
    /// True if the last byte of a regular file is no newline. It is read as the daemon's user, by way of /proc/self/fd; false if
    /// that is not possible.
    /// </summary>
    public bool EndsWithinLine()
    {
        if (FileEntry.Read(this, out _) is not { Facts.IsRegularFile: true, Size: > 0 and var size }) return false;
        int number;
        fixed (byte* path = Encoding.UTF8.GetBytes($"/proc/self/fd/{Number}\0"))
            number = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
        if (number < 0) return false;
        using var file = new Descriptor(number);
        byte last;
        return Libc.ReadAt(file, &last, 1, (nint)(size - 1)) == 1 && last != (byte)'\n';
    }

    /// <summary>write(2). EAGAIN if a FIFO or a terminal has no room.</summary>
    public IoResult Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            IoResult result;
            do result = IoResult.FromCall(Libc.Write(this, start, (nuint)bytes.Length));
            while (result.Errno == Errno.Interrupted);
            return result;
        }
    }

    /// <summary>Waits until there is room, or until <paramref name="patience"/> is over.</summary>
    public void AwaitRoom(TimeSpan patience)
    {
        var entry = new Libc.PollEntry { Descriptor = Number, Events = Libc.PollEntry.Out };
        _ = Libc.Poll(&entry, 1, (int)Math.Ceiling(patience.TotalMilliseconds));
    }
}
