namespace Reuseportd.Linux.Processes;

/// <summary>Reads <c>/proc/PID/environ</c> for the loop: a read takes about 20 µs, and a lost one costs little.</summary>
internal static class ProcessEnvironment
{
    private static readonly MemoryLockedFile Environ = new(
        "environ"u8, TimeSpan.FromMilliseconds(100), afterFirstLoss: TimeSpan.FromMilliseconds(5));

    /// <inheritdoc cref="MemoryLockedFile.Read"/>
    public static byte[]? Read(int pid) => Environ.Read(pid);
}
