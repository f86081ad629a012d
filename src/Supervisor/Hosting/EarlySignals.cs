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

    private const int Hangup = 1, Interrupt = 2, Quit = 3, Terminate = 15;

    /// <summary>Bits of <see cref="_received"/>.</summary>
    private const int StopSignals = 1 << Interrupt | 1 << Quit | 1 << Terminate;

    /// <summary>Signals since the start, a bit for each; only stop signals of those before <see cref="Collect"/>.</summary>
    private int _received;

    /// <summary>Reloads by SIGHUP that have not finished.</summary>
    private int _reloads;

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
            Hear(PosixSignal.SIGHUP, Hangup, context => context.Cancel = true),
            Hear((PosixSignal)FleetHost.UserSignal, FleetHost.UserSignal, context => context.Cancel = true),
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
        // A stop signal that came during the hand-over has not stopped the daemon: the next program is to stop.
        Interlocked.And(ref _received, StopSignals);
        _collected = HeldSignals.Collect();
    }

    /// <summary>
    /// True if SIGHUP came before its handler was there: to a daemon that had read its files, or whose predecessor passed the
    /// signal on.
    /// </summary>
    public bool TakeHangup() => (Interlocked.And(ref _received, ~(1 << Hangup)) & (1 << Hangup)) != 0;

    /// <summary>Until <see cref="EndReload"/>, the next program repeats the reload: a replacement cuts it short.</summary>
    public void BeginReload() => Interlocked.Increment(ref _reloads);

    public void EndReload() => Interlocked.Decrement(ref _reloads);

    /// <summary>
    /// Holds signals back for the next program, also those that came since <see cref="Collect"/> and those whose reload has not
    /// finished.
    /// </summary>
    /// <param name="environment">Of the next program.</param>
    public void PassOn(Dictionary<string, string> environment)
    {
        HeldSignals.Hold();
        if (_collected is { Number: var number } && ProgramReplacement.Keep(number, keep: true) == Errno.None)
            environment[Variable] = number.ToString(CultureInfo.InvariantCulture);
        var received = Volatile.Read(ref _received);
        if (Volatile.Read(ref _reloads) > 0) received |= 1 << Hangup;
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

    private static Descriptor? TakeCollected()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        if (text is null) return null;
        Environment.SetEnvironmentVariable(Variable, null);
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        return isNumber ? new Descriptor(number) : null;
    }

    private PosixSignalRegistration Hear(PosixSignal name, int number, Action<PosixSignalContext> handle) =>
        PosixSignalRegistration.Create(name, context =>
        {
            Interlocked.Or(ref _received, 1 << number);
            handle(context);
        });

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
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
