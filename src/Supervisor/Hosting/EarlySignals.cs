using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
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
    private const int Hangup = 1;

    /// <summary>Signals since <see cref="Collect"/>, a bit for each.</summary>
    private int _received;

    /// <summary>Reloads by SIGHUP that have not finished.</summary>
    private int _reloads;

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _heard;

    public EarlySignals()
    {
        _heard =
        [
            Hear(PosixSignal.SIGHUP, Hangup, context => context.Cancel = true),
            Hear((PosixSignal)FleetHost.UserSignal, FleetHost.UserSignal, context => context.Cancel = true),
            Hear(PosixSignal.SIGTERM, 15, Stop),
            Hear(PosixSignal.SIGINT, 2, Stop),
            Hear(PosixSignal.SIGQUIT, 3, Stop),
        ];
        // Those that came while this program took over.
        HeldSignals.Release();
    }

    /// <summary>From now on signals are for the next program.</summary>
    public void Collect() => Volatile.Write(ref _received, 0);

    /// <summary>Until <see cref="EndReload"/>, the next program repeats the reload: a replacement cuts it short.</summary>
    public void BeginReload() => Interlocked.Increment(ref _reloads);

    public void EndReload() => Interlocked.Decrement(ref _reloads);

    /// <summary>
    /// Holds signals back for the next program, also those that came since <see cref="Collect"/> and those whose reload has not
    /// finished.
    /// </summary>
    public void PassOn()
    {
        HeldSignals.Hold();
        var received = Volatile.Read(ref _received);
        if (Volatile.Read(ref _reloads) > 0) received |= 1 << Hangup;
        for (var number = 1; number < sizeof(int) * 8; number++)
            if ((received & (1 << number)) != 0) HeldSignals.Repeat(new Signal(number));
    }

    /// <summary>Passes a stop signal to the host; an earlier one at once.</summary>
    public void Tell(IHostApplicationLifetime lifetime) => _stop.Token.Register(lifetime.StopApplication);

    public void Dispose()
    {
        foreach (var signal in _heard) signal.Dispose();
        _stop.Dispose();
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
