using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>A file that a worker's output is appended to, opened as the worker's user.</summary>
internal sealed unsafe class AppendFile : Descriptor
{
    private AppendFile(int number)
        : base(number)
    {
    }

    /// <summary>
    /// Opens it, or makes it with mode 0640. May take as long as the file system does; for any thread. See Native/open_output.c.
    /// </summary>
    /// <param name="identity">Whom as; null for the daemon itself.</param>
    /// <param name="errno">ELOOP for a symbolic link, ENXIO for a FIFO that nobody reads.</param>
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

    /// <summary>What hangs together with it, as it is on the same file system; null for what is no regular file.</summary>
    public (uint Major, uint Minor)? Device() =>
        FileEntry.Of(this, out _) is { Facts.IsRegularFile: true, Identity: var identity }
            ? (identity.DeviceMajor, identity.DeviceMinor)
            : null;

    /// <summary>write(2). EAGAIN where a FIFO or a terminal has no room.</summary>
    public IoResult Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            IoResult result;
            do result = IoResult.Of(Libc.Write(this, start, (nuint)bytes.Length));
            while (result.Errno == Errno.Interrupted);
            return result;
        }
    }

    /// <summary>Waits until there is room, or for that long.</summary>
    public void AwaitRoom(TimeSpan patience)
    {
        var entry = new Libc.PollEntry { Descriptor = Number, Events = Libc.PollEntry.Out };
        _ = Libc.Poll(&entry, 1, (int)Math.Ceiling(patience.TotalMilliseconds));
    }
}
