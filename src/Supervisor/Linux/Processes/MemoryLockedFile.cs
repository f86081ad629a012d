using Reuseportd.Linux.Files;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Reads a file <c>/proc/PID/NAME</c> within a time limit. For some files the kernel takes the memory lock of the process. A
/// process can hold that lock without limit, by a page fault on its user's file system (FUSE). A larger file than 64 MiB is not
/// read.
/// </summary>
/// <param name="name">The name of the file.</param>
/// <param name="patience">The limit.</param>
/// <param name="afterLoss">The limit for 10 s after a read that exceeded <paramref name="patience"/>.</param>
internal sealed class MemoryLockedFile(ReadOnlySpan<byte> name, TimeSpan patience, TimeSpan afterLoss)
{
    /// <summary>The kernel's largest environment has 6 MiB, and 262,144 mappings have about 25 MiB of text.</summary>
    private const int MostBytes = 1 << 26;

    private readonly byte[] _name = name.ToArray();
    private readonly BoundedCalls<byte[]?> _reads = new("environ", patience, afterLoss);

    /// <returns>
    /// Null if the process is gone, access is denied, the file has more than 64 MiB, or the read takes too long.
    /// </returns>
    public byte[]? Read(int pid) => Read(pid, out _);

    /// <param name="isAnswered">False if the kernel did not answer in time, or was not asked. A later read may succeed.</param>
    /// <returns>As above.</returns>
    public byte[]? Read(int pid, out bool isAnswered)
    {
        isAnswered = _reads.TryCall(pid, () => ProcFile.Read(pid, _name, MostBytes), out var content);
        return content;
    }
}
