using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Steering;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Trees;
using Reuseportd.Runtime.Updates;
using Serilog;

namespace Reuseportd.Runtime.Loop;

/// <summary>
/// The parts of the loop, made on the loop's own thread. A part knows only parts that are made before it. It tells other parts
/// through <see cref="Events"/>.
/// </summary>
internal sealed class LoopParts : IDisposable
{
    private readonly SupervisorOptions _options;
    private readonly OutputLoop _output;
    private readonly Launcher _launcher;

    public LoopParts(
        SupervisorOptions options,
        Mailbox mailbox,
        DescriptorTable descriptors,
        OutputLoop output,
        ILogger log,
        TimeProvider time,
        Func<TimeSpan> now)
    {
        (_options, _output) = (options, output);
        _launcher = MakeLauncher(options);
        Starts = new Starts(_launcher, mailbox, log, options.StartTime ?? time, options.LongestStart);
        Accounts = new Accounts(mailbox, options.StartTime ?? time);
        Notifications = new Notifications(options.NotifyFolder, descriptors, Events);
        var launchPad = new LaunchPad(options.Environment, options.Preload, Accounts, Notifications, options.Groups);
        var unwatched = new UnwatchedProcesses();
        ProbeCommands = new ExecProbes(launchPad, Starts, descriptors, unwatched, mailbox, options.Guard);
        Files = new FileTable(launchPad, output, mailbox, log, time);
        Processes = new WorkerTable(launchPad, Files, descriptors, output, unwatched, options.Guard, Events, log);
        var queue = new StartQueue<QueuedStart>(options.StartParallelism);
        Trees = options.Groups is { } groups
            ? new GroupReaper(IsOwn, groups, descriptors, Events, log, now)
            : new TreeReaper(IsOwn, () => queue.HasNext, Events, log, now);
        Counts = new SlotCounts(queue);
        Runner = new SlotRunner(Processes, Trees, Events, Counts, new SlotLog(log, options.Failures, now), now, options.Jitter);
        var room = new Room(new DescriptorBudget(options.Descriptors), UsedDescriptors, log);
        Starter = new Starter(Processes, Files, Accounts, queue, Starts, room, Runner, Events, log, now);
        Children = new AdoptedChildren(
            Processes, unwatched, Starts, Trees, options.Guard, options.ChildSignal, ProbeCommands.IsOwn, Events, log);
        var sockets = new SocketWatch(mailbox);
        var silence = new SilenceWatch(options.Preload, mailbox, sockets);
        Outcomes = new OutcomeIntake(Processes, silence, sockets, Runner, Events, options.Failures, now);
        Sockets = sockets;
        Probes = new ProbeWatch(ProbeCommands, mailbox, Runner, options.Steerer, log, time, options.Jitter);
        var replacements = new ReplacementSlots(Runner, Events);
        Updates = new UpdateRunner(Runner, replacements, log, options.Failures);
        Recycler = new Recycler(Updates, mailbox, log, options.Jitter);
        Shares = new Shares(options.Steerer, Processes, Runner, Starter, Events, log, now);
        Services = new ServiceTable(Runner, Starter, Updates, replacements, Events, log);
        PendingChanges = new PendingChanges(Services, Counts);
        Commands = new CommandRunner(Services, log);

        Deadlines = [Runner, Accounts, Starter, Starts, silence, sockets, Probes, ProbeCommands, Recycler, Trees];
        Followers = [Probes, Outcomes, Recycler, Shares, Starter];
    }

    public FleetEvents Events { get; } = new();

    public Starts Starts { get; }

    public Accounts Accounts { get; }

    public Notifications Notifications { get; }

    public ExecProbes ProbeCommands { get; }

    public FileTable Files { get; }

    public WorkerTable Processes { get; }

    public ITreeReaper Trees { get; }

    public SlotCounts Counts { get; }

    public SlotRunner Runner { get; }

    public Starter Starter { get; }

    public AdoptedChildren Children { get; }

    public SocketWatch Sockets { get; }

    public OutcomeIntake Outcomes { get; }

    public ProbeWatch Probes { get; }

    public UpdateRunner Updates { get; }

    public Recycler Recycler { get; }

    public Shares Shares { get; }

    public ServiceTable Services { get; }

    public PendingChanges PendingChanges { get; }

    public CommandRunner Commands { get; }

    /// <summary>The order in which due deadlines are handled.</summary>
    public IReadOnlyList<IDeadlineOwner> Deadlines { get; }

    /// <summary>The order in which the parts learn of a process.</summary>
    public IReadOnlyList<IProcessFollower> Followers { get; }

    /// <summary>Ends the launcher's threads. The kernel ends the workers with the threads that started them.</summary>
    public void Dispose() => _launcher.Dispose();

    private static Launcher MakeLauncher(SupervisorOptions options)
    {
        // Clients and workers may use all of the CPU. The replacement of a dead worker must not wait for them.
        var isRaised = Niceness.TryImprove(out var usual) == Errno.None;
        // Workers get the niceness of the daemon, which need not be 0.
        var niceness = isRaised && usual != 0 ? usual : (int?)null;
        return new Launcher(
            Environment.ProcessorCount, () => new Spawner(options.DescriptorLimit, options.Guard, niceness), isAhead: isRaised);
    }

    /// <summary>Descriptors of workers, their streams, starts and probes.</summary>
    private long UsedDescriptors() =>
        Processes.Count + Math.Max(Processes.Pipes, _output.StreamCount) + Starts.Descriptors + ProbeCommands.Count;

    /// <summary>True for a child that the daemon started and has not reaped yet, so that it is no orphan.</summary>
    private bool IsOwn(int pid) =>
        Processes.FindPid(pid) is not null || ProbeCommands.IsOwn(pid) || Starts.IsOwn(pid) || _options.Guard?.Pid == pid;
}
