using Microsoft.Extensions.Hosting;

namespace Reuseportd.Hosting;

/// <summary>
/// Tells the service manager of the host's start and stop. The lifetimes of the packages also handle stop signals, on threads
/// that they make for them: see <see cref="DaemonSignals"/>.
/// </summary>
internal sealed class DaemonLifetime(IHostApplicationLifetime lifetime, ServiceManager manager) : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(manager.HostStarted);
        lifetime.ApplicationStopping.Register(manager.HostStopping);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
