using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Reuseportd.Hosting;

/// <summary>
/// The host's messages to the service manager, as those of the lifetime for systemd of the package. That one also handles stop
/// signals, on threads that it makes for them: see <see cref="DaemonSignals"/>.
/// </summary>
internal sealed class DaemonLifetime(IHostApplicationLifetime lifetime, ISystemdNotifier notifier) : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() => notifier.Notify(ServiceState.Ready));
        lifetime.ApplicationStopping.Register(() => notifier.Notify(ServiceState.Stopping));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
