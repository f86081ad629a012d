using Microsoft.Extensions.Hosting.Systemd;
using Reuseportd.Api.Admission;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Hosting;

/// <summary>
/// The start of the fleet. It precedes the host, whose assembly takes as long as the starts of thirty workers. Clients wait in
/// the queue of the control socket meanwhile.
/// </summary>
/// <param name="Settled">Completed when every worker is ready or has failed.</param>
/// <param name="Manager">Hears of the fleet from the beginning.</param>
internal sealed record FleetStart(Task<ConvergeResult> Settled, ServiceManager Manager) : IDisposable
{
    /// <summary>Begins the loop. Its first message is the configuration, so no client sees the fleet without services.</summary>
    /// <param name="pool">See <see cref="PoolThreads.MakeAllAsync"/>.</param>
    public static async Task<FleetStart> BeginAsync(
        Task pool, SupervisorLoop loop, OutputLoop output, Mailbox mailbox, FleetSpec fleet)
    {
        // Both before the first worker, which may take all pids or descriptors.
        await Task.WhenAll(pool, SocketEngine.PrepareAsync());
        var manager = new ServiceManager(new SystemdNotifier(), TimeProvider.System);
        // The loop tells of changes only, and there are none without services.
        manager.Tell(default);
        manager.ExtendStopBy(fleet);
        output.Start();
        loop.Start(manager.Tell);
        manager.StartWatchdog(mailbox);
        var settled = new TaskCompletionSource<ConvergeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        mailbox.Post(new FleetMessage.Converge(fleet, settled));
        return new FleetStart(settled.Task, manager);
    }

    public void Dispose() => Manager.Dispose();
}
