using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Reuseportd.Hosting;

/// <summary>
/// Signals from the first moment on. Their default ends the process where it stands, which would leave the control socket
/// behind; and SIGHUP, which asks for a reload, would end a daemon that has not got as far as hearing it.
/// </summary>
internal sealed class EarlySignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _heard;

    public EarlySignals() => _heard =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop),
    ];

    /// <summary>From here on the host is told; at once, where a signal has come already.</summary>
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
            // A signal that was on its way when the daemon had ended.
        }
    }
}
