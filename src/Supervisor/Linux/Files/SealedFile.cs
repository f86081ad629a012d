using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>A file in memory whose content cannot change (memfd_create(2)).</summary>
internal sealed unsafe class SealedFile : Descriptor
{
    private SealedFile(int number)
        : base(number)
    {
    }

    public static SealedFile? TryMake(ReadOnlySpan<byte> contents, out Errno errno)
    {
        int number;
        fixed (byte* name = "journal-record\0"u8)
            number = Libc.MemoryFile(name, Libc.MemoryFileCloseOnExec | Libc.MemoryFileAllowSealing);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;

        var file = new SealedFile(number);
        errno = OutputFile.Write(number, contents);
        if (errno == Errno.None) errno = Libc.ErrnoOf(Libc.FileControl(file, Libc.AddSeals, Libc.SealAll));
        if (errno == Errno.None) return file;
        file.Dispose();
        return null;
    }
}
