using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>The result of a read or write.</summary>
/// <param name="Count">Number of bytes; 0 from a read without error means the end.</param>
internal readonly record struct IoResult(int Count, Errno Errno)
{
    public bool Ended => Count == 0 && Errno == Errno.None;

    public static IoResult FromCall(nint answer) =>
        answer < 0 ? new IoResult(0, Libc.LastErrno) : new IoResult((int)answer, Errno.None);
}
