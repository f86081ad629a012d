namespace Reuseportd.Linux.Processes;

/// <summary>
/// Reads <c>/proc/PID/environ</c>, also on the loop's thread. A read takes about 20 µs; its time limit is short.
/// </summary>
internal static class ProcessEnvironment
{
    private static readonly MemoryLockedFile OfWorkers = Limited();
    private static readonly MemoryLockedFile OfAnyUser = Limited();

    /// <inheritdoc cref="MemoryLockedFile.Read"/>
    public static byte[]? Read(int pid) => OfWorkers.Read(pid);

    /// <summary>
    /// The same for processes that need not be those of workers. Reads that hang in them do not count against the limit of
    /// <see cref="Read"/>: any user can cause them.
    /// </summary>
    public static byte[]? ReadOfAnyUser(int pid, out bool isAnswered) => OfAnyUser.Read(pid, out isAnswered);

    private static MemoryLockedFile Limited() =>
        new("environ"u8, TimeSpan.FromMilliseconds(100), afterLoss: TimeSpan.FromMilliseconds(5));
}
