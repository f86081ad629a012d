using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>A system call failed that can fail only if the machine is out of resources or the daemon has a bug.</summary>
internal sealed class LinuxException(string call, Errno errno) : IOException($"{call}: {errno}")
{
    public Errno Errno { get; } = errno;
}
