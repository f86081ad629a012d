using Microsoft.Win32.SafeHandles;

namespace Reuseportd.Linux.Interop;

/// <summary>Owns a file descriptor. An <see cref="Epoll"/> waits only for objects of this class.</summary>
internal class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    /// <summary>The number; valid until this object is disposed.</summary>
    public int Number => (int)handle;

    /// <summary>Gives the number to another owner. This object no longer closes it.</summary>
    public int Release()
    {
        var number = Number;
        SetHandleAsInvalid();
        return number;
    }

    /// <summary>Checks the result of a call that creates a descriptor.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    protected static int Made(int number, string call) => number >= 0 ? number : throw new LinuxException(call, Libc.LastErrno);

    /// <summary>Linux closes the descriptor even if close(2) fails, so the result is ignored.</summary>
    protected override bool ReleaseHandle()
    {
        _ = Libc.Close((int)handle);
        return true;
    }
}
