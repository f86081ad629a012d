using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Counters;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Updates;

namespace Reuseportd.Runtime.Loop;

/// <summary>Parts that change whole services: rolling updates, configuration changes and commands.</summary>
internal sealed class ServiceParts
{
    public ServiceParts(
        SupervisorOptions options,
        LoopServices services,
        SlotTable all,
        ProcessParts processes,
        SlotParts slots,
        FleetEvents events)
    {
        var (log, counts, settles) = (services.Log, slots.Counts, slots.Settles);
        var replacements = new ReplacementSlots(slots.Runner, events);
        var notReplaced = new UpdateFailures();
        var actions = new UpdateActions(all, slots.Runner, settles, replacements, notReplaced, log, options.Failures);
        var conditions = new SlotConditions(slots.Shares, replacements);
        Updates = new UpdateRunner(all, actions, conditions, replacements, notReplaced, counts, events);
        Recycler = new Recycler(all, Updates, counts, services.Mailbox, log, options.Jitter);
        var dependencies = new Dependencies(all, slots.Starter, counts, log);
        Table = new ServiceTable(all, slots.Runner, dependencies, counts, settles, Updates, replacements, notReplaced, events);
        var workers = new WorkerReport(
            slots.Starter, settles, slots.Silence, slots.Probes, slots.Shares, replacements, notReplaced);
        Host = new HostDrain(Table, counts, events, log, services.Now);
        Counters = new FleetCounters(services.Now);
        Snapshots = new SnapshotBuilder(Table, Host, all, counts, notReplaced, workers, Counters, services.Mailbox);
        PendingChanges = new PendingChanges(Table, Updates, counts, Snapshots);
        var ends = new CommandEnds(settles, notReplaced, workers);
        Commands = new CommandRunner(Table, Updates, settles, ends, log);
        HostCommands = new HostCommands(Host, Table, Commands, ends, log);
        Capture = new Capture(Table, Host, all, replacements, processes.Notifications);
        Journal = options.StateLog is { } state ? new StateJournal(state, Capture, options.StateLost ?? (() => { })) : null;
    }

    /// <summary>Takes the state of the fleet.</summary>
    public Capture Capture { get; }

    /// <summary>Keeps the state for the next daemon; null if there can be none.</summary>
    public StateJournal? Journal { get; }

    public UpdateRunner Updates { get; }

    public Recycler Recycler { get; }

    public ServiceTable Table { get; }

    /// <summary>Counts events of the fleet, for metrics.</summary>
    public FleetCounters Counters { get; }

    public SnapshotBuilder Snapshots { get; }

    public PendingChanges PendingChanges { get; }

    public CommandRunner Commands { get; }

    public HostDrain Host { get; }

    public HostCommands HostCommands { get; }
}
