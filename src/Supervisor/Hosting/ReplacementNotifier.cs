using Microsoft.Extensions.Hosting.Systemd;

namespace Reuseportd.Hosting;

/// <summary>
/// Messages to the service manager. The end of a host whose daemon is replaced is no end of the service, so its STOPPING=1 is not
/// sent.
/// </summary>
internal sealed class ReplacementNotifier(SystemdNotifier notifier, IServiceProvider services) : ISystemdNotifier
{
    public bool IsEnabled => notifier.IsEnabled;

    public void Notify(ServiceState state)
    {
        var isEnd = state.Equals(ServiceState.Stopping);
        if (isEnd && services.GetService(typeof(Replacement)) is Replacement { HandedOver: not null }) return;
        notifier.Notify(state);
    }
}
