using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Reuseportd.Hosting;

/// <summary>
/// Handles signals before the host does. Their default action would end the process and leave the control socket behind; SIGHUP,
/// a reload, and SIGUSR2, a replacement, would end a daemon that is still starting.
/// </summary>
internal sealed class EarlySignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _heard;

    public EarlySignals() => _heard =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
        PosixSignalRegistration.Create((PosixSignal)FleetHost.UserSignal, context => context.Cancel = true),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop),
    ];

    /// <summary>Passes a stop signal to the host; an earlier one at once.</summary>
    public void Tell(IHostApplicationLifetime lifetime) => _stop.Token.Register(lifetime.StopApplication);

    public void Dispose()
    {
        foreach (var signal in _heard) signal.Dispose();
        _stop.Dispose();
    }

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
