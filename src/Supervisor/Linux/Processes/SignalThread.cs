using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Calls a handler for each signal for the daemon, on a thread that exists from the start. The runtime would make a thread for
/// each stop signal, and end the process if the kernel refuses that thread: any worker can take all pids.
/// </summary>
#pragma warning disable CA1001 // The thread waits for signals until the process ends.
internal sealed class SignalThread
#pragma warning restore CA1001
{
    private readonly Lock _gate = new();
    private readonly Epoll _epoll = new();
    private readonly Descriptor _received;
    private readonly Action<Signal> _handle;

    /// <param name="handle">Must not wait: other signals wait for it.</param>
    /// <exception cref="LinuxException">No descriptor is free.</exception>
    public SignalThread(Action<Signal> handle)
    {
        _handle = handle;
        _received = HeldSignals.Collect() ?? throw new LinuxException("pipe2", Errno.TooManyDescriptors);
        var added = _epoll.Add(_received, EpollEvents.Readable, token: 0);
        if (added != Errno.None) throw new LinuxException("epoll_ctl", added);
        new Thread(Run) { IsBackground = true, Name = "signals" }.Start();
    }

    /// <summary>
    /// Handles the signals that have come. After <see cref="HeldSignals.Collect"/> no more come, so all are handled after it.
    /// </summary>
    /// <param name="patience">The longest wait for a handler that runs.</param>
    public void HandleAll(TimeSpan patience)
    {
        if (!_gate.TryEnter(patience)) return;
        try
        {
            while (HeldSignals.Read(_received) is { Length: > 0 } numbers)
                foreach (var number in numbers) _handle(new Signal(number));
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Run()
    {
        while (true)
        {
            _epoll.Wait(timeout: null);
            HandleAll(Timeout.InfiniteTimeSpan);
        }
    }
}
