using System.Collections.Concurrent;

namespace Reuseportd.Linux.Processes;

/// <summary>What all kinds of <see cref="BoundedCalls{T}"/> have in common.</summary>
internal static class BoundedCalls
{
    /// <summary>Most threads that may hang for one kind of call. Beyond this number no call is made.</summary>
    public const int MostHung = 16;
}

/// <summary>
/// Calls that concern a process and that it can hold up without limit, each within a time limit. The kernel may wait
/// uninterruptibly, so another thread makes the call, and may be lost for that time.
/// </summary>
/// <param name="name">The name of the threads.</param>
/// <param name="patience">The limit. On a loaded machine the thread may wait for a CPU.</param>
/// <param name="afterLoss">
/// The limit for 10 s after a call that exceeded <paramref name="patience"/>. A process can cause such delays on purpose, and
/// many of them must not add up. The longer limit comes back, because the cause may have been the load.
/// </param>
/// <param name="discard">Gets, on the thread, an answer that came too late.</param>
internal sealed class BoundedCalls<T>(
    string name, TimeSpan patience, TimeSpan afterLoss, Action<T>? discard = null)
{
    private static readonly long WaryFor = 10 * TimeProvider.System.TimestampFrequency;

    private readonly ConcurrentBag<Caller> _idle = [];
    private readonly ConcurrentDictionary<int, Caller> _hung = [];

    /// <summary>A timestamp of <see cref="TimeProvider.System"/>.</summary>
    private long _waryUntil;

    /// <summary>True while a call for the process hangs.</summary>
    public bool IsHung(int pid) => _hung.ContainsKey(pid);

    /// <param name="pid">The process. While one call for it hangs, no other is made.</param>
    /// <param name="answer">The default value without an answer.</param>
    /// <returns>False if the kernel did not answer in time, or was not asked. A later call may succeed.</returns>
    public bool TryCall(int pid, Func<T> call, out T? answer)
    {
        answer = default;
        if (IsHung(pid) || _hung.Count >= BoundedCalls.MostHung) return false;
        if (!_idle.TryTake(out var caller) && (caller = Caller.TryStart(this, name)) is null) return false;
        var isWary = TimeProvider.System.GetTimestamp() < Volatile.Read(ref _waryUntil);
        return caller.Call(pid, call, isWary ? afterLoss : patience, out answer);
    }

    /// <summary>A thread; it lives as long as the daemon.</summary>
#pragma warning disable CA1001 // The semaphore's wait handle is never created, so there is nothing to dispose.
    private sealed class Caller(BoundedCalls<T> calls)
#pragma warning restore CA1001
    {
        private const int Waiting = 0;
        private const int Answered = 1;
        private const int GivenUp = 2;

        private readonly SemaphoreSlim _asked = new(0);
        private readonly SemaphoreSlim _answered = new(0);
        private Func<T>? _call;
        private T? _answer;
        private int _pid;
        private int _state;

        /// <returns>Null without memory or a pid for a thread.</returns>
        public static Caller? TryStart(BoundedCalls<T> calls, string name)
        {
            var caller = new Caller(calls);
            try
            {
                new Thread(caller.Run) { IsBackground = true, Name = name }.Start();
                return caller;
            }
            catch (OutOfMemoryException)
            {
                return null;
            }
        }

        public bool Call(int pid, Func<T> call, TimeSpan patience, out T? answer)
        {
            answer = default;
            (_pid, _call, _state) = (pid, call, Waiting);
            _asked.Release();
            if (!_answered.Wait(patience))
            {
                calls._hung[pid] = this;
                calls.Lose();
                if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting) return false;
                calls._hung.TryRemove(pid, out _);
                _answered.Wait();
            }

            (answer, _answer) = (_answer, default);
            calls._idle.Add(this);
            return true;
        }

        private void Run()
        {
            // The limit is for the kernel's answer. Clients and workers may use all of the CPU.
            Niceness.TryImprove(out _);
            while (true)
            {
                _asked.Wait();
                _answer = _call!();
                if (Interlocked.CompareExchange(ref _state, Answered, Waiting) == Waiting)
                {
                    _answered.Release();
                    continue;
                }

                calls.Discard(_answer);
                _answer = default;
                calls._hung.TryRemove(_pid, out _);
                calls._idle.Add(this);
            }
        }
    }

    /// <summary>Losses of the shorter limit do not prolong it.</summary>
    private void Lose()
    {
        var now = TimeProvider.System.GetTimestamp();
        if (now >= Volatile.Read(ref _waryUntil)) Volatile.Write(ref _waryUntil, now + WaryFor);
    }

    private void Discard(T answer) => discard?.Invoke(answer);
}
