using System.Text.Unicode;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Reads files of proc(5), which are small and vanish with their process. A read costs three system calls.</summary>
internal static unsafe class ProcFile
{
    private const int PathMax = 64;

    /// <summary>Reads <c>/proc/PID/NAME</c> up to the size of the buffer.</summary>
    /// <returns>ENOENT or ESRCH if the process is gone.</returns>
    public static IoResult Read(int pid, ReadOnlySpan<byte> name, Span<byte> into)
    {
        Span<byte> path = stackalloc byte[PathMax];
        PathOf(pid, name, path);
        fixed (byte* start = path)
        {
            var descriptor = Libc.Open(start, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
            if (descriptor < 0) return IoResult.FromCall(descriptor);
            var result = ReadAll(descriptor, into);
            _ = Libc.Close(descriptor);
            return result;
        }
    }

    /// <summary>Reads the whole <c>/proc/PID/NAME</c>.</summary>
    /// <param name="most">The file must have fewer bytes; 4096 times a power of four.</param>
    /// <returns>Null if the process is gone, access is denied, or the file has too many bytes.</returns>
    public static byte[]? Read(int pid, ReadOnlySpan<byte> name, int most = 1 << 26)
    {
        for (var size = 4096; size <= most; size *= 4)
        {
            var buffer = new byte[size];
            var result = Read(pid, name, buffer);
            if (result.Errno != Errno.None) return null;
            if (result.Count < size) return buffer[..result.Count];
        }

        return null;
    }

    /// <summary>Target of the link <c>/proc/PID/NAME</c>; empty if it cannot be read.</summary>
    public static ReadOnlySpan<byte> ReadLink(int pid, ReadOnlySpan<byte> name, Span<byte> into)
    {
        Span<byte> path = stackalloc byte[PathMax];
        PathOf(pid, name, path);
        fixed (byte* start = path, buffer = into)
        {
            var length = Libc.ReadLink(start, buffer, (nuint)into.Length);
            return length <= 0 ? [] : into[..(int)length];
        }
    }

    private static void PathOf(int pid, ReadOnlySpan<byte> name, Span<byte> path)
    {
        // The rest of the buffer is zero, so the path ends with a NUL.
        _ = Utf8.TryWrite(path, $"/proc/{pid}/", out var length);
        name.CopyTo(path[length..^1]);
    }

    /// <summary>A file of several pages needs several reads.</summary>
    private static IoResult ReadAll(int descriptor, Span<byte> into)
    {
        var count = 0;
        fixed (byte* start = into)
        {
            while (count < into.Length)
            {
                var result = IoResult.FromCall(Libc.Read(descriptor, start + count, (nuint)(into.Length - count)));
                if (result.Errno == Errno.Interrupted) continue;
                if (result.Errno != Errno.None) return result;
                if (result.Count == 0) break;
                count += result.Count;
            }
        }

        return new IoResult(count, Errno.None);
    }
}
