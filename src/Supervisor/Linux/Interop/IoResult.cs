using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>Answer of a read or write.</summary>
/// <param name="Count">Bytes; of a read without error 0 is the end.</param>
internal readonly record struct IoResult(int Count, Errno Errno)
{
    public bool Ended => Count == 0 && Errno == Errno.None;

    public static IoResult Of(nint answer) =>
        answer < 0 ? new IoResult(0, Libc.LastErrno) : new IoResult((int)answer, Errno.None);
}
