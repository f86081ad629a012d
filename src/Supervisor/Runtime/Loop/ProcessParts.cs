using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Binds;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Trees;

namespace Reuseportd.Runtime.Loop;

/// <summary>Parts that start processes, read their output and reap them.</summary>
internal sealed class ProcessParts : IDisposable
{
    private readonly SupervisorOptions _options;
    private readonly OutputLoop _output;
    private readonly UnwatchedProcesses _unwatched = new();
    private readonly Launcher _launcher;

    /// <param name="isBusy">True if a start waits for its turn.</param>
    public ProcessParts(SupervisorOptions options, LoopServices services, FleetEvents events, Func<bool> isBusy)
    {
        var (mailbox, descriptors, log, time) = (services.Mailbox, services.Descriptors, services.Log, services.Time);
        (_options, _output) = (options, services.Output);
        _launcher = MakeLauncher(options);
        Starts = new Starts(_launcher, mailbox, log, options.StartTime ?? time, options.LongestStart);
        Accounts = new Accounts(mailbox, options.StartTime ?? time);
        Notifications = new Notifications(options.NotifyFolder, descriptors, mailbox, events);
        var methods = new MethodTable(options.Preload, options.Methods);
        var launchPad = new LaunchPad(options.Environment, options.Preload, Accounts, Notifications, options.Groups, methods);
        ProbeCommands = new ExecProbes(launchPad, Starts, descriptors, _unwatched, mailbox, options.Guard);
        Binds = new BindNotifiers(
            _output.Tell, process => mailbox.Post(new BindMessage.Confined(process)), time, options.CallRecords);
        Files = new FileTable(launchPad, _output, mailbox, log, time);
        Table = new WorkerTable(launchPad, Files, descriptors, _output, _unwatched, Binds, options.Guard, events, log);
        Trees = options.Groups is { } groups
            ? new GroupReaper(IsOwn, groups, descriptors, events, log, services.Now)
            : new TreeReaper(IsOwn, isBusy, events, log, services.Now);
        Children = new AdoptedChildren(
            Table, _unwatched, Starts, Trees, options.Guard, options.ChildSignal, ProbeCommands.IsOwn, events, log, services.Now);
    }

    public Starts Starts { get; }

    public Accounts Accounts { get; }

    public Notifications Notifications { get; }

    public ExecProbes ProbeCommands { get; }

    /// <summary>Answers the calls of processes with the seccomp method.</summary>
    public BindNotifiers Binds { get; }

    public FileTable Files { get; }

    public WorkerTable Table { get; }

    public ITreeReaper Trees { get; }

    public AdoptedChildren Children { get; }

    /// <summary>Descriptors of workers, their streams, starts and probes.</summary>
    public long UsedDescriptors() =>
        Table.Count + Table.Listeners + Math.Max(Table.Pipes, _output.StreamCount) + Starts.Descriptors + ProbeCommands.Count;

    /// <summary>
    /// Ends the launcher's threads. With <c>keep_workers: false</c>, the kernel ends the workers with their threads.
    /// </summary>
    public void Dispose()
    {
        _launcher.Dispose();
        Binds.Dispose();
    }

    private static Launcher MakeLauncher(SupervisorOptions options)
    {
        // Clients and workers may use all of the CPU. The replacement of a dead worker must not wait for them.
        var isRaised = Niceness.TryImprove(out var usual) == Errno.None;
        // Workers get the niceness of the daemon, which need not be 0.
        var niceness = isRaised && usual != 0 ? usual : (int?)null;
        return new Launcher(
            Environment.ProcessorCount,
            () => new Spawner(options.DescriptorLimit, options.Guard, niceness, options.WorkersDieWithDaemon),
            isAhead: isRaised);
    }

    /// <summary>True for a child that the daemon started and has not reaped yet, so that it is no orphan.</summary>
    private bool IsOwn(int pid) =>
        Table.FindPid(pid) is not null || ProbeCommands.IsOwn(pid) || Starts.IsOwn(pid)
        || _unwatched.IsOwn(pid) || _options.Guard?.Pid == pid;
}
