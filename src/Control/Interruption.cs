using System.Runtime.InteropServices;

namespace Reuseportd.Control;

/// <summary>
/// SIGINT and SIGTERM end the waiting in good order, and the first decides: timeout(1) sends its signal twice, to the process and
/// to its group. The framework's own handling does not tell which of them it was.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _told = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interruption() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Take))];

    public CancellationToken Token => _told.Token;

    /// <summary>Whether it was SIGTERM; Ctrl-C, which is SIGINT, is a proper end of what goes on until it comes.</summary>
    public bool IsTermination { get; private set; }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _told.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_told.IsCancellationRequested) return;
        IsTermination = context.Signal == PosixSignal.SIGTERM;
        _told.Cancel();
    }
}
