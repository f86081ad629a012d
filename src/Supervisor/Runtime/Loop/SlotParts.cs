using Reuseportd.Model;
using Reuseportd.Runtime.Binds;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Shares;
using Reuseportd.Runtime.Supervision;

namespace Reuseportd.Runtime.Loop;

/// <summary>Parts that step the slots and learn whether their processes serve.</summary>
internal sealed class SlotParts
{
    public SlotParts(
        SupervisorOptions options,
        LoopServices services,
        ProcessParts processes,
        StartQueue<QueuedStart> queue,
        FleetEvents events)
    {
        var (mailbox, log, now) = (services.Mailbox, services.Log, services.Now);
        var lines = new StartLines();
        Counts = new SlotCounts(queue, lines);
        Settles = new SettleTable(Counts, events);
        var connections = new DrainCounts(options.Methods.Programs);
        var slotLog = new SlotLog(connections, log, options.Failures, now);
        Runner = new SlotRunner(processes.Table, processes.Trees, events, Counts, Settles, slotLog, now, options.Jitter);
        var room = new Room(new DescriptorBudget(options.Descriptors), Counts, processes.UsedDescriptors, log);
        Starter = new Starter(
            processes.Table, processes.Files, processes.Accounts, queue, lines, processes.Starts, room, Runner, events, log, now);
        var steerer = options.Steerer?.GetAwaiter().GetResult();
        Shares = new ShareTable(steerer, processes.Table, Runner, Starter, connections, events, log, now);
        Sockets = new SocketWatch(mailbox);
        Silence = new SilenceWatch(options.Preload, mailbox, Sockets);
        EarlySenders = new EarlySenders(processes.Table, processes.Starts);
        Methods = new MethodReports(options.Failures);
        Outcomes = new OutcomeIntake(
            processes.Table, Silence, Sockets, Runner, events, Methods, new Backlogs(mailbox, log), options.Failures, now);
        Probes = new ProbeWatch(
            processes.ProbeCommands, mailbox, Runner, steerer, log, services.Time, options.Jitter);
    }

    public SlotCounts Counts { get; }

    public SettleTable Settles { get; }

    public SlotRunner Runner { get; }

    public Starter Starter { get; }

    public ShareTable Shares { get; }

    public SocketWatch Sockets { get; }

    public SilenceWatch Silence { get; }

    public EarlySenders EarlySenders { get; }

    public MethodReports Methods { get; }

    public OutcomeIntake Outcomes { get; }

    public ProbeWatch Probes { get; }
}
