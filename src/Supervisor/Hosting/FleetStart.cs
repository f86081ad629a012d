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
/// The start of the fleet. The first daemon begins it before the host, whose assembly takes as long as the starts of thirty
/// workers. Clients wait in the queue of the control socket meanwhile. Workers of an earlier daemon serve, so they are taken over
/// when nothing else can fail.
/// </summary>
/// <param name="manager">Hears of the fleet from the beginning.</param>
internal sealed class FleetStart(
    SupervisorLoop loop, OutputLoop output, Mailbox mailbox, ServiceManager manager, FleetSpec fleet) : IDisposable
{
    private readonly TaskCompletionSource<ConvergeResult> _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ServiceManager Manager => manager;

    /// <summary>False before <see cref="Begin"/>.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Completed when every worker is ready or has failed.</summary>
    public Task<ConvergeResult> Settled => _settled.Task;

    /// <summary>Begins a fleet without workers of an earlier daemon, unless a stop signal came.</summary>
    /// <param name="pool">See <see cref="PoolThreads.MakeAllAsync"/>.</param>
    public static async Task<FleetStart> PrepareAsync(
        Task pool, SupervisorLoop loop, OutputLoop output, Mailbox mailbox, InitialFleet initial, DaemonSignals signals)
    {
        // Both before the first worker, which may take all pids or descriptors.
        await Task.WhenAll(pool, SocketEngine.PrepareAsync());
        var manager = new ServiceManager(new SystemdNotifier(), TimeProvider.System);
        var start = new FleetStart(loop, output, mailbox, manager, initial.Fleet);
        if (initial.Inheritance is null && !signals.IsStopRequested) start.Begin();
        return start;
    }

    /// <summary>Begins the loop. Has no effect the second time.</summary>
    public void Begin()
    {
        if (HasBegun) return;
        HasBegun = true;
        // The loop tells of changes only, and there are none without services.
        manager.Tell(default);
        manager.ExtendStopBy(fleet);
        // The first message, so no client sees the fleet without services.
        mailbox.Post(new FleetMessage.Converge(fleet, _settled));
        output.Start();
        loop.Start(manager.Tell);
        manager.StartWatchdog(mailbox);
    }

    public void Dispose() => manager.Dispose();
}
