using Microsoft.Win32.SafeHandles;

namespace Reuseportd.Linux.Interop;

/// <summary>Owns a file descriptor. Everything that is waited for by <see cref="Epoll"/> is one.</summary>
internal class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    /// <summary>The number; valid for as long as this is not disposed of.</summary>
    public int Number => (int)handle;

    /// <summary>Takes the answer of a call that makes a descriptor.</summary>
    /// <exception cref="LinuxException">The call failed.</exception>
    protected static int Made(int number, string call) => number >= 0 ? number : throw new LinuxException(call, Libc.LastErrno);

    /// <summary>On Linux the descriptor is closed whatever close(2) answers, so the answer is not looked at.</summary>
    protected override bool ReleaseHandle()
    {
        _ = Libc.Close((int)handle);
        return true;
    }
}
