using System.Globalization;
using Microsoft.Extensions.Hosting;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>
/// Handles signals, from the start of the daemon on: SIGHUP, a reload, and SIGUSR2, a replacement, would end a daemon that is
/// still starting. Signals that come while another program takes over are passed on to it.
/// </summary>
internal sealed class DaemonSignals : IDisposable
{
    /// <summary>The environment variable with the descriptor of the signals that an earlier program has collected.</summary>
    private const string Variable = "REUSEPORTD_SIGNALS";

    private const int Hangup = 1, User = 12, Terminate = 15;

    /// <summary>The longest wait for a handler that runs.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(100);

    /// <summary>Parts of <see cref="_state"/>: <see cref="Listen"/> was called; the fleet is handed over; a reload.</summary>
    private const long Listens = 1L << 30, IsHandedOver = 1L << 31, OneReload = 1L << 32;

    /// <summary>
    /// The signals that have had no effect, a bit for each, where stop signals stay; two facts; and the number of reloads that
    /// have not finished, or had not when the fleet was handed over. One number, so that no signal is lost between two of them.
    /// </summary>
    private long _state;

    /// <summary>The effects of SIGHUP and of SIGUSR2; null while the daemon starts.</summary>
    private Action? _reload, _replace;

    private readonly CancellationTokenSource _stop = new();
    private readonly SignalThread _thread;
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stops;

    /// <summary>Signals for the next program; null before <see cref="Collect"/>.</summary>
    private Descriptor? _collected;

    public DaemonSignals()
    {
        _thread = new SignalThread(Hear);
        // Those that came while this program took over.
        if (TakeCollected() is { } collected)
        {
            using (collected) HeldSignals.RepeatAll(collected);
        }

        HeldSignals.Release();
    }

    /// <summary>From now on signals are for the next program.</summary>
    public void Collect()
    {
        Interlocked.Or(ref _state, IsHandedOver);
        _collected = HeldSignals.Collect();
    }

    /// <summary>
    /// Gives SIGHUP and SIGUSR2 their effects; those that came before, to this program or to the one that it replaced, have them
    /// at once.
    /// </summary>
    /// <param name="reload">Calls <see cref="EndReload"/> at its end: until then the next program repeats the reload.</param>
    public void Listen(Action reload, Action replace)
    {
        (_reload, _replace) = (reload, replace);
        Interlocked.Or(ref _state, Listens);
        TakeEffect(Hangup);
        TakeEffect(User);
    }

    /// <summary>After a hand-over the next program repeats the reload: the lines of this one may no longer be written.</summary>
    public void EndReload() => Change(static state => (state & IsHandedOver) != 0 ? state : state - OneReload);

    /// <summary>
    /// Holds signals back for the next program, also those that came since <see cref="Collect"/> and those whose reload has not
    /// finished.
    /// </summary>
    /// <param name="environment">Of the next program.</param>
    public void PassOn(Dictionary<string, string> environment)
    {
        HeldSignals.Hold();
        _thread.HandleAll(LongestTurn);
        if (_collected is { Number: var number } && ProgramReplacement.Keep(number, keep: true) == Errno.None)
            environment[Variable] = number.ToString(CultureInfo.InvariantCulture);
        var received = Volatile.Read(ref _state);
        if (received >= OneReload) received |= 1 << Hangup;
        for (var signal = 1; signal <= Terminate; signal++)
            if ((received & (1 << signal)) != 0) HeldSignals.Repeat(new Signal(signal));
    }

    /// <summary>True if a stop signal came.</summary>
    public bool IsStopRequested => _stop.IsCancellationRequested;

    /// <summary>Passes a stop signal to the host; an earlier one at once.</summary>
    public void Tell(IHostApplicationLifetime lifetime) => _stop.Token.Register(lifetime.StopApplication);

    /// <summary>The daemon stops by itself, without a signal.</summary>
    public void NoteStop()
    {
        if (Interlocked.Increment(ref _stops) > 1) _again.TrySetResult();
    }

    /// <summary>Completes with the first stop signal after that which stops the daemon.</summary>
    public Task AnotherStop => _again.Task;

    public void Dispose()
    {
        _stop.Dispose();
        _collected?.Dispose();
    }

    private static Descriptor? TakeCollected()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (text is null) return null;
        Environment.SetEnvironmentVariable(Variable, null);
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber ? new Descriptor(number) : null;
    }

    private void Hear(Signal signal)
    {
        Interlocked.Or(ref _state, 1L << signal.Number);
        if (signal.Number is Hangup or User) TakeEffect(signal.Number);
        else Stop();
    }

    /// <summary>Begins what the signal asks for, if it came and if this program can do it.</summary>
    private void TakeEffect(int signal)
    {
        var (bit, reload) = (1L << signal, signal == Hangup ? OneReload : 0);
        if (CanTake(Change(state => CanTake(state) ? (state & ~bit) + reload : state)))
            // Not on the thread of the signals: the service manager may be slow to take what a reload tells it.
            _ = Task.Run(signal == Hangup ? _reload! : _replace!);

        bool CanTake(long state) => (state & (bit | Listens | IsHandedOver)) == (bit | Listens);
    }

    /// <returns>The state before the change.</returns>
    private long Change(Func<long, long> next)
    {
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (Interlocked.CompareExchange(ref _state, next(state), state) == state) return state;
        }
    }

    private void Stop()
    {
        NoteStop();
        try
        {
            // What the stop begins may wait, and must not hold up a second signal.
            _ = _stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The signal arrived at the end of the daemon.
        }
    }
}
