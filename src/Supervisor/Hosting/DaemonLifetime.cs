using Microsoft.Extensions.Hosting;

namespace Reuseportd.Hosting;

/// <summary>
/// Tells the service manager of the host's start and stop. The lifetimes of the packages also handle stop signals, on threads
/// that they make for them: see <see cref="DaemonSignals"/>.
/// </summary>
internal sealed class DaemonLifetime(IHostApplicationLifetime lifetime, ServiceManager manager, Replacement replacement)
    : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(manager.HostStarted);
        lifetime.ApplicationStopping.Register(OnStopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The end of a host whose daemon is replaced is no end of the service.</summary>
    private void OnStopping()
    {
        if (replacement.HandedOver is null) manager.HostStopping();
    }
}
