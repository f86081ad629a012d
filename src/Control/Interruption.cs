using System.Runtime.InteropServices;

namespace Reuseportd.Control;

/// <summary>
/// SIGINT and SIGTERM end a wait in an orderly way. The first signal decides: timeout(1) sends its signal twice, to the process
/// and to its group. The framework's own handler does not report which signal it was.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _told = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption()
    {
        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM];
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, OnSignal))];
    }

    public CancellationToken Token => _told.Token;

    /// <summary>True if the signal was SIGTERM. SIGINT (Ctrl-C) is a normal end of an endless command.</summary>
    public bool IsTermination { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _told.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_told.IsCancellationRequested) return;
        IsTermination = context.Signal == PosixSignal.SIGTERM;
        _told.Cancel();
    }
}
