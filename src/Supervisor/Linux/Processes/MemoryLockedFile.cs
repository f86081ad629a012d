using System.Collections.Concurrent;
using Reuseportd.Linux.Files;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Reads a file <c>/proc/PID/NAME</c> within a time limit. For some files the kernel takes the memory lock of the process. A
/// process can hold that lock without limit, by a page fault on its user's file system (FUSE), and the reader then waits
/// uninterruptibly. So another thread reads, and may be lost for that time. A larger file than 64 MiB is not read.
/// </summary>
/// <param name="name">The name of the file.</param>
/// <param name="patience">The limit. On a loaded machine the thread may wait for a CPU.</param>
/// <param name="afterFirstLoss">
/// The limit after a read that exceeded <paramref name="patience"/>. A process can cause such delays on purpose, and many of
/// them must not add up.
/// </param>
internal sealed class MemoryLockedFile(ReadOnlySpan<byte> name, TimeSpan patience, TimeSpan afterFirstLoss)
{
    /// <summary>Most threads that may hang for one file name. Beyond this number nothing is read.</summary>
    public const int MostHung = 16;

    /// <summary>The kernel's largest environment has 6 MiB, and 262,144 mappings have about 25 MiB of text.</summary>
    private const int MostBytes = 1 << 26;

    private readonly byte[] _name = name.ToArray();
    private readonly ConcurrentBag<Reader> _idle = [];
    private readonly ConcurrentDictionary<int, Reader> _hung = [];

    /// <summary>True after a read that took too long.</summary>
    private volatile bool _isWary;

    /// <returns>
    /// Null if the process is gone, access is denied, the file has more than 64 MiB, or the read takes too long.
    /// </returns>
    public byte[]? Read(int pid) => Read(pid, out _);

    /// <param name="isAnswered">False if the kernel did not answer in time, or was not asked. A later read may succeed.</param>
    /// <returns>As above.</returns>
    public byte[]? Read(int pid, out bool isAnswered)
    {
        isAnswered = false;
        if (_hung.ContainsKey(pid) || _hung.Count >= MostHung) return null;
        if (!_idle.TryTake(out var reader) && (reader = Reader.TryStart(this)) is null) return null;
        return reader.Read(pid, _isWary ? afterFirstLoss : patience, out isAnswered);
    }

    /// <summary>A reading thread; it lives as long as the daemon.</summary>
#pragma warning disable CA1001 // The semaphore's wait handle is never created, so there is nothing to dispose.
    private sealed class Reader(MemoryLockedFile file)
#pragma warning restore CA1001
    {
        private const int Waiting = 0;
        private const int Answered = 1;
        private const int GivenUp = 2;

        private readonly SemaphoreSlim _asked = new(0);
        private readonly SemaphoreSlim _answered = new(0);
        private byte[]? _answer;
        private int _pid;
        private int _state;

        /// <returns>Null without memory or a pid for a thread.</returns>
        public static Reader? TryStart(MemoryLockedFile file)
        {
            var reader = new Reader(file);
            try
            {
                new Thread(reader.Run) { IsBackground = true, Name = "environ" }.Start();
                return reader;
            }
            catch (OutOfMemoryException)
            {
                return null;
            }
        }

        public byte[]? Read(int pid, TimeSpan patience, out bool isAnswered)
        {
            isAnswered = false;
            (_pid, _state) = (pid, Waiting);
            _asked.Release();
            if (!_answered.Wait(patience))
            {
                file._hung[pid] = this;
                file._isWary = true;
                if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting) return null;
                file._hung.TryRemove(pid, out _);
                _answered.Wait();
            }

            isAnswered = true;
            var answer = _answer;
            _answer = null;
            file._idle.Add(this);
            return answer;
        }

        private void Run()
        {
            while (true)
            {
                _asked.Wait();
                _answer = ProcFile.Read(_pid, file._name, MostBytes);
                if (Interlocked.CompareExchange(ref _state, Answered, Waiting) == Waiting)
                {
                    _answered.Release();
                    continue;
                }

                _answer = null;
                file._hung.TryRemove(_pid, out _);
                file._idle.Add(this);
            }
        }
    }
}
