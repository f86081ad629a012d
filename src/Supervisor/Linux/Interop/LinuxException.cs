using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>A call failed that only fails when the machine is out of something, or the daemon has a bug.</summary>
internal sealed class LinuxException(string call, Errno errno) : IOException($"{call}: {errno}")
{
    public Errno Errno { get; } = errno;
}
