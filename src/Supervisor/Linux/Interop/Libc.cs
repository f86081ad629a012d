using System.Runtime.InteropServices;
using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>
/// Every function of libc that the daemon calls, in parts by topic. All set errno, and the types of this floor convert it to
/// <see cref="Errno"/>.
/// </summary>
internal static partial class Libc
{
    private const string Library = "libc";

    /// <summary>The error of the last call on this thread; read it before any other call.</summary>
    public static Errno LastErrno => new(Marshal.GetLastPInvokeError());

    /// <summary>For calls that return 0 or -1.</summary>
    public static Errno ErrnoOf(nint answer) => answer < 0 ? LastErrno : Errno.None;

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(SafeHandle descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static unsafe partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    /// <summary><c>struct pollfd</c> of poll(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public const short In = 0x001;
        public const short Out = 0x004;

        public int Descriptor;
        public short Events;
        public short Ready;
    }
}
