using System.Collections.Concurrent;
using Reuseportd.Linux.Files;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Reads <c>/proc/PID/environ</c> within a time limit. The kernel takes the memory lock of the process for the read. A process
/// can hold that lock without limit, by a page fault on its user's file system (FUSE), and the reader then waits uninterruptibly.
/// So another thread reads, and may be lost for that time.
/// </summary>
internal static class ProcessEnvironment
{
    /// <summary>A read takes about 20 µs. On a loaded machine the thread may wait for a CPU.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The limit after a read that took too long: such a delay is intended, and further delays must not add up.
    /// </summary>
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(5);

    /// <summary>Most threads that may hang. Beyond this number no environment is read.</summary>
    private const int MostHung = 16;

    private static readonly ConcurrentBag<Reader> Idle = [];
    private static readonly ConcurrentDictionary<int, Reader> Hung = [];

    /// <summary>A read took too long: processes that release one read and block the next must not add up either.</summary>
    private static volatile bool _isWary;

    /// <returns>Null if the process is gone, access is denied, or the read takes too long.</returns>
    public static byte[]? Read(int pid)
    {
        if (Hung.ContainsKey(pid) || Hung.Count >= MostHung) return null;
        if (!Idle.TryTake(out var reader) && (reader = Reader.TryStart()) is null) return null;
        return reader.Read(pid, _isWary ? ShortPatience : Patience);
    }

    /// <summary>A reading thread; it lives as long as the daemon.</summary>
#pragma warning disable CA1001 // The semaphore's wait handle is never created, so there is nothing to dispose.
    private sealed class Reader
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
        public static Reader? TryStart()
        {
            var reader = new Reader();
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

        public byte[]? Read(int pid, TimeSpan patience)
        {
            (_pid, _state) = (pid, Waiting);
            _asked.Release();
            if (!_answered.Wait(patience))
            {
                Hung[pid] = this;
                _isWary = true;
                if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting) return null;
                Hung.TryRemove(pid, out _);
                _answered.Wait();
            }

            var answer = _answer;
            Idle.Add(this);
            return answer;
        }

        private void Run()
        {
            while (true)
            {
                _asked.Wait();
                _answer = ProcFile.Read(_pid, "environ"u8);
                if (Interlocked.CompareExchange(ref _state, Answered, Waiting) == Waiting)
                {
                    _answered.Release();
                    continue;
                }

                Hung.TryRemove(_pid, out _);
                Idle.Add(this);
            }
        }
    }
}
