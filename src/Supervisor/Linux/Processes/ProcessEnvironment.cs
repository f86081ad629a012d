namespace Reuseportd.Linux.Processes;

/// <summary>
/// Reads <c>/proc/PID/environ</c>, also on the loop's thread. A read takes about 20 µs; its time limit is short.
/// </summary>
internal static class ProcessEnvironment
{
    private static readonly MemoryLockedFile Environ = new(
        "environ"u8, TimeSpan.FromMilliseconds(100), afterFirstLoss: TimeSpan.FromMilliseconds(5));

    /// <inheritdoc cref="MemoryLockedFile.Read"/>
    public static byte[]? Read(int pid) => Environ.Read(pid);
}
