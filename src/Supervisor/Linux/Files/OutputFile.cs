using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Writes to descriptors that the daemon inherited, such as its stdout.</summary>
internal static unsafe class OutputFile
{
    /// <summary>
    /// Writes all bytes. Waits if the reader is slow, even if another process has made the descriptor non-blocking.
    /// </summary>
    /// <returns>EPIPE without a reader; ENOSPC and others from the file system.</returns>
    public static Errno Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var errno = WriteSome(descriptor, bytes, out var count);
            if (errno != Errno.None) return errno;
            bytes = bytes[count..];
        }

        return Errno.None;
    }

    /// <summary>Writes at least one byte.</summary>
    /// <param name="count">Bytes written; 0 with an error.</param>
    public static Errno WriteSome(int descriptor, ReadOnlySpan<byte> bytes, out int count)
    {
        while (true)
        {
            IoResult result;
            fixed (byte* start = bytes) result = IoResult.FromCall(Libc.Write(descriptor, start, (nuint)bytes.Length));
            count = result.Count;
            if (result.Errno == Errno.Again) AwaitRoom(descriptor);
            else if (result.Errno != Errno.Interrupted) return result.Errno;
        }
    }

    private static void AwaitRoom(int descriptor)
    {
        var entry = new Libc.PollEntry { Descriptor = descriptor, Events = Libc.PollEntry.Out };
        _ = Libc.Poll(&entry, 1, -1);
    }
}
