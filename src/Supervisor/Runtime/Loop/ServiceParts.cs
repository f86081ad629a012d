using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Updates;

namespace Reuseportd.Runtime.Loop;

/// <summary>Parts that change whole services: rolling updates, configuration changes and commands.</summary>
internal sealed class ServiceParts
{
    public ServiceParts(SupervisorOptions options, LoopServices services, SlotParts slots, FleetEvents events)
    {
        var (log, counts, settles) = (services.Log, slots.Counts, slots.Settles);
        var replacements = new ReplacementSlots(slots.Runner, events);
        var notReplaced = new UpdateFailures();
        var actions = new UpdateActions(slots.Runner, settles, replacements, notReplaced, log, options.Failures);
        Updates = new UpdateRunner(actions, new SlotConditions(slots.Shares, replacements), replacements, notReplaced, counts);
        Recycler = new Recycler(Updates, counts, services.Mailbox, log, options.Jitter);
        var dependencies = new Dependencies(slots.Starter, counts, log);
        Table = new ServiceTable(slots.Runner, dependencies, settles, Updates, replacements, notReplaced, events);
        var workers = new WorkerReport(settles, slots.Silence, slots.Probes, slots.Shares, replacements, notReplaced);
        Snapshots = new SnapshotBuilder(Table, counts, notReplaced, workers);
        PendingChanges = new PendingChanges(Table, Updates, counts, Snapshots);
        Commands = new CommandRunner(Table, Updates, settles, new CommandEnds(settles, notReplaced, workers), log);
    }

    public UpdateRunner Updates { get; }

    public Recycler Recycler { get; }

    public ServiceTable Table { get; }

    public SnapshotBuilder Snapshots { get; }

    public PendingChanges PendingChanges { get; }

    public CommandRunner Commands { get; }
}
