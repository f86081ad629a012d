using System.Globalization;
using System.Text;

namespace EndToEnd.Tests.Controllers;

/// <summary>
/// Writes the initial root file system for the kernel: the "newc" format, see
/// Documentation/driver-api/early-userspace/buffer-format.rst of Linux. Root owns all files.
/// </summary>
internal sealed class CpioArchive(Stream stream)
{
    private const int DirectoryType = 0x4000; // S_IFDIR
    private const int FileType = 0x8000; // S_IFREG
    private const int LinkType = 0xa000; // S_IFLNK
    private const int Alignment = 4;

    private static readonly byte[] Padding = new byte[Alignment];

    private readonly HashSet<string> _directories = [];
    private int _entries;
    private long _written;

    /// <summary>Adds a directory and its parents.</summary>
    /// <param name="path">From the root on, without a slash at its beginning.</param>
    public void AddDirectory(string path)
    {
        if (path.Length == 0 || !_directories.Add(path)) return;
        AddDirectory(Path.GetDirectoryName(path)!);
        Add(path, DirectoryType | Convert.ToInt32("755", 8), []);
    }

    /// <inheritdoc cref="AddDirectory"/>
    public void AddFile(string path, ReadOnlySpan<byte> contents, bool executable = false)
    {
        AddDirectory(Path.GetDirectoryName(path)!);
        Add(path, FileType | Convert.ToInt32(executable ? "755" : "644", 8), contents);
    }

    /// <summary>Adds a symbolic link, and its parent directories.</summary>
    /// <inheritdoc cref="AddDirectory"/>
    public void AddLink(string path, string target)
    {
        AddDirectory(Path.GetDirectoryName(path)!);
        Add(path, LinkType | Convert.ToInt32("777", 8), Encoding.UTF8.GetBytes(target));
    }

    public void Finish() => Add("TRAILER!!!", 0, []);

    private void Add(string name, int mode, ReadOnlySpan<byte> contents)
    {
        // Inode, mode, uid, gid, links, time, size, device and that which it would be (two numbers each), length of the name,
        // checksum.
        int[] fields = [++_entries, mode, 0, 0, 1, 0, contents.Length, 0, 0, 0, 0, name.Length + 1, 0];
        Write(
            Encoding.ASCII.GetBytes(
                $"070701{string.Concat(fields.Select(field => field.ToString("x8", CultureInfo.InvariantCulture)))}{name}\0"));
        Align();
        Write(contents);
        Align();
    }

    private void Align() => Write(Padding.AsSpan(0, (int)(-_written & (Alignment - 1))));

    private void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _written += bytes.Length;
    }
}
