using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Reuseportd.Configuration.Reading;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>stat(2) by statx(2), whose structure is the same on every architecture.</summary>
internal static partial class FileStatus
{
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7FF;
    private const int KindMask = 0xF000;

    public static FileFacts? Find(string path, out Errno errno)
    {
        Span<byte> status = stackalloc byte[256];
        errno = Errno.None;
        if (statx(CurrentDirectory, path, 0, BasicStats, ref MemoryMarshal.GetReference(status)) != 0)
        {
            errno = new Errno(Marshal.GetLastPInvokeError());
            return null;
        }

        var mode = BinaryPrimitives.ReadUInt16LittleEndian(status[28..]);
        var kind = (mode & KindMask) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Directory,
            0x1000 => FileKind.Fifo,
            0xC000 => FileKind.Socket,
            _ => FileKind.Device,
        };
        return new FileFacts(
            kind,
            BinaryPrimitives.ReadUInt32LittleEndian(status[20..]),
            BinaryPrimitives.ReadUInt32LittleEndian(status[24..]),
            (UnixFileMode)(mode & 0xFFF));
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int directory, string path, int flags, uint mask, ref byte status);
}
