using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>
/// Handles signals before the host does. Their default action would end the process and leave the control socket behind; SIGHUP,
/// a reload, and SIGUSR2, a replacement, would end a daemon that is still starting. Signals that come while another program takes
/// over are passed on to it.
/// </summary>
internal sealed class EarlySignals : IDisposable
{
    /// <summary>The environment variable with the descriptor of the signals that an earlier program has collected.</summary>
    private const string Variable = "REUSEPORTD_SIGNALS";

    private const int Hangup = 1, Interrupt = 2, Quit = 3, User = 12, Terminate = 15;

    /// <summary>The longest wait for the runtime's thread pool, which runs the handlers.</summary>
    private static readonly TimeSpan LongestTurn = TimeSpan.FromMilliseconds(100);

    /// <summary>For the five fields below: a signal must not be lost between two of them.</summary>
    private readonly Lock _lock = new();

    /// <summary>Signals that have had no effect, a bit for each; a stop signal stays.</summary>
    private int _received;

    /// <summary>Reloads by SIGHUP that have not finished, or had not when the hand-over began.</summary>
    private int _reloads;

    /// <summary>The effects of SIGHUP and of SIGUSR2; null while the daemon starts.</summary>
    private Action? _reload, _replace;

    /// <summary>The fleet is handed over: what has not had its effect is for the next program.</summary>
    private bool _isHandedOver;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _heard;
    private readonly TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _stops;

    /// <summary>Signals for the next program; null before <see cref="Collect"/>.</summary>
    private Descriptor? _collected;

    public EarlySignals()
    {
        _heard =
        [
            Hear(PosixSignal.SIGHUP, Hangup, () => TakeEffect(Hangup)),
            Hear((PosixSignal)User, User, () => TakeEffect(User)),
            Hear(PosixSignal.SIGTERM, Terminate, Stop),
            Hear(PosixSignal.SIGINT, Interrupt, Stop),
            Hear(PosixSignal.SIGQUIT, Quit, Stop),
        ];
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
        lock (_lock) _isHandedOver = true;
        _collected = HeldSignals.Collect();
    }

    /// <summary>
    /// Gives SIGHUP and SIGUSR2 their effects; those that came before, to this program or to the one that it replaced, have them
    /// at once.
    /// </summary>
    /// <param name="reload">Calls <see cref="EndReload"/> at its end: until then the next program repeats the reload.</param>
    public void Listen(Action reload, Action replace)
    {
        lock (_lock) (_reload, _replace) = (reload, replace);
        TakeEffect(Hangup);
        TakeEffect(User);
    }

    public void EndReload()
    {
        lock (_lock)
            // The lines of this one may no longer be written.
            if (!_isHandedOver) _reloads--;
    }

    /// <summary>
    /// Holds signals back for the next program, also those that came since <see cref="Collect"/> and those whose reload has not
    /// finished.
    /// </summary>
    /// <param name="environment">Of the next program.</param>
    public void PassOn(Dictionary<string, string> environment)
    {
        HeldSignals.Hold();
        AwaitHandlers();
        if (_collected is { Number: var number } && ProgramReplacement.Keep(number, keep: true) == Errno.None)
            environment[Variable] = number.ToString(CultureInfo.InvariantCulture);
        int received;
        lock (_lock) received = _reloads > 0 ? _received | 1 << Hangup : _received;
        for (var signal = 1; signal < sizeof(int) * 8; signal++)
            if ((received & (1 << signal)) != 0) HeldSignals.Repeat(new Signal(signal));
    }

    /// <summary>Passes a stop signal to the host; an earlier one at once.</summary>
    public void Tell(IHostApplicationLifetime lifetime) => _stop.Token.Register(lifetime.StopApplication);

    /// <summary>The daemon stops by itself, without a signal.</summary>
    public void NoteStop()
    {
        if (Interlocked.Increment(ref _stops) > 1) _again.TrySetResult();
    }

    /// <summary>
    /// Completes with the first stop signal after that which stops the daemon. The host has a handler of its own, which may stop
    /// the daemon before this object has the signal.
    /// </summary>
    public Task AnotherStop => _again.Task;

    public void Dispose()
    {
        foreach (var signal in _heard) signal.Dispose();
        _stop.Dispose();
        _collected?.Dispose();
    }

    /// <summary>Signals from before <see cref="Collect"/> may still be in the queue of the thread pool.</summary>
    private static void AwaitHandlers()
    {
        // Not disposed: the thread pool may be late.
        var turn = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.Set(), turn, preferLocal: false);
        _ = turn.Wait(LongestTurn);
    }

    private static Descriptor? TakeCollected()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (text is null) return null;
        Environment.SetEnvironmentVariable(Variable, null);
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber ? new Descriptor(number) : null;
    }

    private PosixSignalRegistration Hear(PosixSignal name, int number, Action handle) =>
        PosixSignalRegistration.Create(name, context =>
        {
            // Otherwise the default action of the signal ends the process.
            context.Cancel = true;
            lock (_lock) _received |= 1 << number;
            handle();
        });

    /// <summary>Begins what the signal asks for, if it came and if this program can do it.</summary>
    private void TakeEffect(int signal)
    {
        Action? effect;
        lock (_lock)
        {
            effect = signal == Hangup ? _reload : _replace;
            var bit = 1 << signal;
            if (effect is null || _isHandedOver || (_received & bit) == 0) return;
            _received &= ~bit;
            if (signal == Hangup) _reloads++;
        }

        effect();
    }

    private void Stop()
    {
        NoteStop();
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The signal arrived at the end of the daemon.
        }
    }
}
