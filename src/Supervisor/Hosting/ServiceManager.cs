using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Diagnosis;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Hosting;

/// <summary>What the service manager is told (sd_notify(3)). READY=1 at the start and STOPPING=1 are the host's to say.</summary>
internal sealed class ServiceManager(ISystemdNotifier notifier, TimeProvider time) : IDisposable
{
    /// <summary>Beyond the longest grace period: for SIGKILL to be seen, and the log to be written.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    private TimeSpan _longestStop;
    private ITimer? _watchdog;
    private volatile bool _started;
    private int _reloads;
    private string? _untold;

    /// <summary>
    /// One line of status; called by the loop's thread, which does not wait: the manager's socket may be full. Counts that were not
    /// sent yet are replaced.
    /// </summary>
    public void Tell(FleetCounts counts)
    {
        if (notifier.IsEnabled && Interlocked.Exchange(ref _untold, $"STATUS={StateWords.Of(counts)}") is null)
            ThreadPool.QueueUserWorkItem(_ => Notify(Interlocked.Exchange(ref _untold, null)!));
    }

    /// <summary>
    /// The start is over. A reload that comes before is part of it: its end must not be taken for the end of the start.
    /// </summary>
    public void Started() => _started = true;

    /// <summary>A reload begins. Until <see cref="Reloaded"/>, systemctl waits.</summary>
    public void Reloading()
    {
        if (Interlocked.Increment(ref _reloads) > 1 || !_started) return;
        Notify(string.Create(
            CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond}"));
    }

    public void Reloaded()
    {
        if (Interlocked.Decrement(ref _reloads) == 0 && _started) Notify("READY=1");
    }

    /// <summary>A grace period of a service; the stop as a whole takes at least the longest.</summary>
    public void ExtendStopBy(TimeSpan gracePeriod)
    {
        if (gracePeriod > _longestStop) _longestStop = gracePeriod;
    }

    public void Stopping() => Notify(string.Create(
        CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(_longestStop + Margin).Ticks / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>
    /// Tells the watchdog that the loop turns, twice in each of its periods. The loop itself answers, so one that is stuck is
    /// found out.
    /// </summary>
    public void StartWatchdog(Mailbox mailbox)
    {
        var forUs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid
                    || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (!forUs || !long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) || microseconds <= 0)
            return;
        var period = TimeSpan.FromMicroseconds(microseconds / 2.0);
        _watchdog = time.CreateTimer(
            _ => mailbox.Post(new Message.Ping(() => ThreadPool.QueueUserWorkItem(_ => Notify("WATCHDOG=1")))), null, TimeSpan.Zero, period);
    }

    public void Dispose() => _watchdog?.Dispose();

    private void Notify(string state)
    {
        if (!notifier.IsEnabled) return;
        try
        {
            notifier.Notify(new ServiceState(state));
        }
        catch (SocketException)
        {
            // Nobody listens there, or no descriptor is left for the moment: no reason to end the workers.
        }
    }
}
