using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Reuseportd.Control.Import.Files;

/// <summary>
/// Opens regular files only: to open a FIFO waits for its other end without a limit, and a device may have no end.
/// </summary>
internal static unsafe partial class RegularFile
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint TypeMask = 0x1; // STATX_TYPE
    private const int StatusSize = 256; // struct statx, the same on every architecture
    private const int ModeOffset = 28;
    private const int Format = 0xF000; // S_IFMT
    private const int Regular = 0x8000; // S_IFREG
    private const int Folder = 0x4000; // S_IFDIR
    private const int ReadWithoutWait = 0x80900; // O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC

    public static FileStream Open(string path)
    {
        var descriptor = OpenFile(path, ReadWithoutWait);
        if (descriptor < 0)
            throw Marshal.GetLastPInvokeError() switch
            {
                2 or 20 => new FileNotFoundException(), // ENOENT, ENOTDIR
                1 or 13 => new UnauthorizedAccessException(), // EPERM, EACCES
                _ => new IOException(),
            };
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            var type = TypeOf(descriptor, "", EmptyPath);
            if (type == Folder) throw new InvalidDataException("it is a directory");
            if (type != Regular) throw new InvalidDataException("it is no regular file");
            return new FileStream(handle, FileAccess.Read);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public static bool Is(string path) => TypeOf(CurrentDirectory, path, 0) == Regular;

    private static int TypeOf(int descriptor, string path, int flags)
    {
        var status = stackalloc byte[StatusSize];
        return Status(descriptor, path, flags, TypeMask, status) == 0 ? *(ushort*)(status + ModeOffset) & Format : 0;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, byte* status);
}
