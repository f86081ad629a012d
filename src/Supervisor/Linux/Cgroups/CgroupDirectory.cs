using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// A directory of cgroup v2 (cgroups(7)) and its files. Names are resolved relative to the open directory, so a renamed or
/// replaced path has no effect.
/// </summary>
internal sealed unsafe class CgroupDirectory : Descriptor
{
    private CgroupDirectory(int number)
        : base(number)
    {
    }

    /// <summary>The id of the group in the kernel's answers: the inode of its directory; 0 if it cannot be read.</summary>
    public ulong Id
    {
        get
        {
            Libc.FileStatus status;
            fixed (byte* empty = "\0"u8)
                return Libc.Status(Number, empty, Libc.AtEmptyPath, Libc.StatBasic, &status) == 0 ? status.Inode : 0;
        }
    }

    /// <param name="errno">The reason why the directory cannot be opened.</param>
    public static CgroupDirectory? Open(string path, out Errno errno)
    {
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            return FromCall(Libc.Open(start, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec, 0), out errno);
    }

    /// <inheritdoc cref="Open(string, out Errno)"/>
    public CgroupDirectory? OpenGroup(string name, out Errno errno) =>
        FromCall(Libc.OpenAt(this, name, Libc.OpenDirectory | Libc.OpenNoFollow | Libc.OpenCloseOnExec), out errno);

    /// <summary>EEXIST if the group exists; EAGAIN beyond the limit <c>cgroup.max.descendants</c>.</summary>
    public Errno Make(string name)
    {
        const uint mode = 0x1ED; // 0755
        return Libc.ErrnoOf(Libc.MakeDirectoryAt(this, name, mode));
    }

    /// <summary>EBUSY while the group has processes or groups; zombies do not count.</summary>
    public Errno Remove(string name) => Libc.ErrnoOf(Libc.UnlinkAt(this, name, Libc.AtRemoveDirectory));

    /// <summary>Removes a group without processes, and the groups below it.</summary>
    public Errno RemoveAll(string name)
    {
        var errno = Remove(name);
        if (errno != Errno.Busy) return errno;
        using (var directory = OpenGroup(name, out _))
            foreach (var below in directory?.Groups() ?? []) directory!.RemoveAll(below);
        return Remove(name);
    }

    /// <summary>Names of the child groups.</summary>
    public string[] Groups()
    {
        try
        {
            return [.. new DirectoryInfo($"/proc/self/fd/{Number}").EnumerateDirectories().Select(group => group.Name)];
        }
        catch (IOException)
        {
            return []; // the directory is gone
        }
    }

    /// <param name="file">Path relative to this directory.</param>
    public Errno Write(string file, string text)
    {
        var number = Libc.OpenAt(this, file, Libc.OpenWriteOnly | Libc.OpenCloseOnExec);
        if (number < 0) return Libc.LastErrno;
        var bytes = Encoding.ASCII.GetBytes(text);
        Errno errno;
        fixed (byte* start = bytes) errno = Libc.ErrnoOf(Libc.Write(number, start, (nuint)bytes.Length));
        _ = Libc.Close(number);
        return errno;
    }

    /// <returns>Null if the file cannot be read; often it does not exist.</returns>
    public string? Read(string file)
    {
        using var opened = OpenFile(file);
        return opened is null ? null : ReadFrom(opened);
    }

    /// <summary>Opens a file for repeated reads.</summary>
    public Descriptor? OpenFile(string file)
    {
        var number = Libc.OpenAt(this, file, Libc.OpenReadOnly | Libc.OpenCloseOnExec);
        return number < 0 ? null : new Descriptor(number);
    }

    /// <summary>Reads the file from its beginning.</summary>
    public static string? ReadFrom(Descriptor file)
    {
        const int step = 4096;
        var bytes = new byte[step];
        for (var count = 0; ;)
        {
            nint read;
            fixed (byte* start = bytes) read = Libc.ReadAt(file, start + count, (nuint)(bytes.Length - count), count);
            if (read < 0) return null;
            if (read == 0) return Encoding.ASCII.GetString(bytes, 0, count);
            count += (int)read;
            if (count == bytes.Length) Array.Resize(ref bytes, bytes.Length * 2);
        }
    }

    /// <summary>True if the directory has this extended attribute with the value 1 (xattr(7)).</summary>
    public bool IsMarked(string attribute)
    {
        byte value = 0;
        fixed (byte* path = Encoding.ASCII.GetBytes($"/proc/self/fd/{Number}\0"))
        fixed (byte* name = Encoding.ASCII.GetBytes(attribute + '\0'))
            return Libc.GetAttribute(path, name, &value, 1) == 1 && value == (byte)'1';
    }

    private static CgroupDirectory? FromCall(int number, out Errno errno)
    {
        errno = Libc.ErrnoOf(number);
        return number < 0 ? null : new CgroupDirectory(number);
    }
}
