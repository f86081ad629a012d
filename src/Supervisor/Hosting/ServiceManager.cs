using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Hosting;

/// <summary>Messages to the service manager (sd_notify(3)).</summary>
internal sealed class ServiceManager(ISystemdNotifier notifier, TimeProvider time) : IDisposable
{
    /// <summary>Time after the longest grace period, for SIGKILL and for the log.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(15);

    private TimeSpan _longestStop;
    private TimeSpan _longestDrain;
    private ITimer? _watchdog;
    private volatile bool _started;
    private int _reloads;

    /// <summary>True while an answer waits for the manager's socket.</summary>
    private bool _answering;
    private string? _untold;

    /// <summary>
    /// Sends the STATUS line. The loop's thread calls it and must not wait: the manager's socket may be full. New counts replace
    /// counts that are not sent yet.
    /// </summary>
    public void Tell(FleetCounts counts)
    {
        if (notifier.IsEnabled && Interlocked.Exchange(ref _untold, $"STATUS={StateWords.Of(counts)}") is null)
            ThreadPool.QueueUserWorkItem(_ => SendStatus());
    }

    /// <summary>The host has started: READY=1.</summary>
    public void HostStarted() => Notify(ServiceState.Ready);

    /// <summary>The host stops: STOPPING=1.</summary>
    public void HostStopping() => Notify(ServiceState.Stopping);

    /// <summary>The start is over. A reload during the start sends no READY=1, which would end the start too early.</summary>
    public void Started() => _started = true;

    /// <summary>A reload begins. systemctl waits until <see cref="Reloaded"/>.</summary>
    public void Reloading()
    {
        if (Interlocked.Increment(ref _reloads) > 1 || !_started) return;
        var now = time.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond;
        Notify(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={now}"));
    }

    public void Reloaded()
    {
        if (Interlocked.Decrement(ref _reloads) == 0 && _started) Notify("READY=1");
    }

    /// <summary>A grace period of a service. The stop of the daemon may take as long as the longest one.</summary>
    /// <param name="drain">The drain timeout of a service. It counts only if the host leaves its load balancers first.</param>
    public void ExtendStopBy(TimeSpan gracePeriod, TimeSpan drain = default)
    {
        if (gracePeriod > _longestStop) _longestStop = gracePeriod;
        if (drain > _longestDrain) _longestDrain = drain;
    }

    /// <summary>The grace periods and drain timeouts of all services.</summary>
    public void ExtendStopBy(FleetSpec fleet) => ExtendStopBy(
        fleet.Services.Select(service => service.Stop.GracePeriod).DefaultIfEmpty().Max(),
        fleet.Services.Select(service => service.Update.DrainTimeout).DefaultIfEmpty().Max());

    /// <summary>For at most this time, the daemon finds out whether its workers stop.</summary>
    public void Deciding(TimeSpan patience) => Extend(patience);

    /// <summary>The workers stop now.</summary>
    public void Stopping() => Extend(_longestStop);

    /// <summary>The workers drain after this time, and then stop.</summary>
    public void Leaving(TimeSpan grace) => Extend(grace + _longestDrain + _longestStop);

    private void Extend(TimeSpan by) => Notify(string.Create(
        CultureInfo.InvariantCulture, $"EXTEND_TIMEOUT_USEC={(by + Margin).Ticks / TimeSpan.TicksPerMicrosecond}"));

    /// <summary>
    /// Sends WATCHDOG=1 twice in each period of the watchdog. The loop itself answers a ping, so the watchdog finds a stuck loop.
    /// </summary>
    public void StartWatchdog(Mailbox mailbox)
    {
        var forUs = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid
                    || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var text = Environment.GetEnvironmentVariable("WATCHDOG_USEC");
        if (!forUs || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)) return;
        if (microseconds <= 0) return;
        var period = TimeSpan.FromMicroseconds(microseconds / 2.0);
        _watchdog = time.CreateTimer(_ => mailbox.Post(new Message.Ping(Answer)), null, TimeSpan.Zero, period);

        // The loop must not wait for the manager's socket.
        void Answer()
        {
            if (Interlocked.Exchange(ref _answering, true)) return;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                Notify("WATCHDOG=1");
                Volatile.Write(ref _answering, false);
            });
        }
    }

    public void Dispose() => _watchdog?.Dispose();

    /// <summary>
    /// The line stays in <see cref="_untold"/> until it is sent, so there is one sender. With two senders, the older counts could
    /// arrive last and stay.
    /// </summary>
    private void SendStatus()
    {
        string status;
        do Notify(status = Volatile.Read(ref _untold)!);
        while (!ReferenceEquals(Interlocked.CompareExchange(ref _untold, null, status), status));
    }

    private void Notify(string state) => Notify(new ServiceState(state));

    private void Notify(ServiceState state)
    {
        if (!notifier.IsEnabled) return;
        try
        {
            notifier.Notify(state);
        }
        catch (SocketException)
        {
            // The manager does not listen, or no descriptor is free: no reason to end the workers.
        }
    }
}
