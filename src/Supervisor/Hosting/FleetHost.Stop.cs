using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Hosting;

/// <content>The end of the daemon: its workers stop, or are left to the next daemon.</content>
internal sealed partial class FleetHost
{
    private Task? _end;

    /// <summary>Stops the workers before the control socket, so that clients can watch the stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => EndAsync();

    /// <summary>
    /// Stops the workers, or leaves them. To be called after the host's stop, too: a host that was stopped before its start tells
    /// its services nothing.
    /// </summary>
    public Task EndAsync() => _end ??= EndOnceAsync();

    private async Task EndOnceAsync()
    {
        try
        {
            // The host also stops a service that it has not started.
            if (!start.HasBegun) replacement.LeaveUntaken();
            else if (!await replacement.ForbidAsync() && !await LeaveAsync()) await StopWorkersAsync();
        }
        finally
        {
            ending.Begin();
        }
    }

    /// <summary>
    /// Leaves the workers to the next daemon if the service manager restarts the service. Another stop signal ends the wait for
    /// the service manager.
    /// </summary>
    private async Task<bool> LeaveAsync()
    {
        if (loop.Ended.IsFaulted) return false;
        manager.Deciding(UnitJob.Patience);
        var restart = UnitJob.IsKeepingRestartAsync(time);
        if (await Task.WhenAny(restart, signals.AnotherStop) != restart || !await restart) return false;
        manager.Deciding(Replacement.LongestLeave);
        return await replacement.LeaveAsync();
    }

    private async Task StopWorkersAsync()
    {
        log.Stopping("the daemon received a stop request");
        var since = time.GetTimestamp();
        await LeaveBalancersAsync();
        manager.Stopping();
        mailbox.Post(new FleetMessage.StopAll());
        try
        {
            await loop.Ended;
            output.Stop();
            log.Stopped(time.GetElapsedTime(since));
        }
        catch (Exception) when (loop.Ended.IsFaulted)
        {
            if (!_hearsFaults) OnFault(loop.Ended);
        }
    }

    /// <summary>Drains the host before the stop, if that is configured. Another stop signal ends the wait.</summary>
    private async Task LeaveBalancersAsync()
    {
        if (initial.Fleet.Daemon.StopGrace is not { Ticks: > 0 } grace) return;
        manager.Leaving(grace);
        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new FleetMessage.DrainForStop(grace, drained));
        await Task.WhenAny(drained.Task, signals.AnotherStop, loop.Ended);
    }

    /// <summary>Stops the daemon when a service of <c>exit_on_failed</c> has failed.</summary>
    private async Task EndWithServiceAsync()
    {
        log.ServiceFailed(await failed.First);
        Environment.ExitCode = ExitCode.ServiceFailed;
        StopByItself();
    }

    private void StopByItself()
    {
        signals.NoteStop();
        lifetime.StopApplication();
    }
}
