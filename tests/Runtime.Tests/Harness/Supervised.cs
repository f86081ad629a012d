using System.Runtime.InteropServices;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Steering;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Formats;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Loop;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Runtime.Tests.Harness;

/// <summary>
/// The loops of the daemon in the test process, with real workers. <see cref="Dispose"/> stops all workers and asserts that no
/// process is left, not even a zombie.
/// </summary>
internal sealed class Supervised : IDisposable
{
    private readonly LogQueue _queue;
    private readonly OutputLoop _output;
    private readonly SupervisorLoop _loop;
    private readonly PosixSignalRegistration _childEnded;
    private readonly Steerer? _steerer;
    private bool _disposed;
    private bool _isHandedOver;

    /// <param name="startOutput">
    /// True to read the output of workers from the beginning; else <see cref="StartOutput"/> begins to read it.
    /// </param>
    /// <param name="groups">The cgroup in which each process gets its own cgroup; null for none.</param>
    /// <param name="jitter">Randomness; by default none.</param>
    /// <param name="steering">The mode of steering; null for none. A ready worker then gets connections at once.</param>
    /// <param name="longestStart">The time limit of a start, in real time.</param>
    /// <param name="descriptors">The limit on descriptors of the daemon, which bounds the number of workers.</param>
    /// <param name="log">The destination of the whole JSON log, instead of <see cref="Lines"/>.</param>
    /// <param name="state">Keeps the state for the next loop, see <see cref="HandOver"/>.</param>
    /// <param name="inheritance">The fleet of an earlier loop.</param>
    public Supervised(
        bool startOutput = true,
        IReadOnlyDictionary<string, string>? environment = null,
        int startParallelism = 8,
        CgroupSubtree? groups = null,
        Func<double>? jitter = null,
        ILogDestination? log = null,
        SteeringMode? steering = null,
        TimeSpan? longestStart = null,
        long descriptors = 1 << 20,
        RecordLog? state = null,
        Inheritance? inheritance = null)
    {
        Assert.Equal(Errno.None, Subreaper.Become());
        _queue = new LogQueue(log ?? Lines, TimeProvider.System);
        var logging = new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(Log);
        if (log is not null) logging.WriteTo.Json(_queue);
        var logger = logging.CreateLogger();
        _queue.Start(logger.LogLost);
        Mailbox = new Mailbox(TimeProvider.System);
        _output = new OutputLoop(Mailbox, new WorkerLog(_queue, new JsonLineFormat(), Time), logger, Time);
        // The kernel's queues fill and empty in real time.
        _steerer = steering is null ? null : new Steerer(steering, wakes: true, Mailbox, logger, TimeProvider.System);
        _steerer?.Start();
        var options = new SupervisorOptions(
            Checkout.Built("lib/libreuseport.so"),
            environment ?? OwnEnvironment,
            null,
            jitter ?? (() => 0.5),
            startParallelism,
            Path.Combine(Path.GetTempPath(), $"reuseportd-test-notify-{Guid.NewGuid():N}"),
            new FailureLog(logger),
            Groups: groups,
            Steerer: _steerer is null ? null : Task.FromResult(_steerer))
        {
            StartTime = TimeProvider.System,
            LongestStart = longestStart ?? TimeSpan.FromSeconds(10),
            Descriptors = descriptors,
            StateLog = state,
            Inheritance = inheritance,
            WorkersDieWithDaemon = state is null && inheritance is null,
        };
        _loop = new SupervisorLoop(options, Mailbox, _output, logger, Time);
        _childEnded = PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => Mailbox.Post(new ProcessMessage.ChildEnded()));
        if (startOutput) StartOutput();
        _loop.Start(counts => Counts = counts);
    }

    public static IReadOnlyDictionary<string, string> OwnEnvironment { get; } =
        new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" };

    public EventLog Log { get; } = new();

    public WorkerLines Lines { get; } = new();

    public MovableTime Time { get; } = new();

    public Mailbox Mailbox { get; }

    public Task Ended => _loop.Ended;

    /// <summary>True if the loop ends by a fault, and the kernel kills the workers.</summary>
    public bool IsToFault { get; init; }

    /// <summary>The counts that the loop reported last.</summary>
    public FleetCounts Counts { get; private set; }

    public void StartOutput() => _output.Start();

    /// <summary>Applies these services to the fleet, and waits until the change has settled.</summary>
    public ConvergeResult Converge(params ReadOnlySpan<ServiceSpec> services) =>
        Deadline.Await(BeginConverge(services), "the fleet has settled");

    public Task<ConvergeResult> BeginConverge(params ReadOnlySpan<ServiceSpec> services)
    {
        var done = new TaskCompletionSource<ConvergeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Mailbox.Post(new FleetMessage.Converge(new FleetSpec(DaemonSpec.Default, new([.. services])), done));
        return done.Task;
    }

    /// <summary>Sends a command, and waits until the workers have settled.</summary>
    public CommandResult Ask(FleetCommand command, params ReadOnlySpan<string> names) =>
        Deadline.Await(BeginAsk(command, names), $"{command.Word} is done");

    public Task<CommandResult> BeginAsk(FleetCommand command, params ReadOnlySpan<string> names) =>
        Post(command, wait: true, names);

    /// <summary>Sends a command, and waits only until the loop has accepted it.</summary>
    public CommandResult Tell(FleetCommand command, params ReadOnlySpan<string> names) =>
        Deadline.Await(Post(command, wait: false, names), $"{command.Word} is taken");

    private Task<CommandResult> Post(FleetCommand command, bool wait, ReadOnlySpan<string> names)
    {
        var patterns = new NamePattern[names.Length];
        for (var index = 0; index < names.Length; index++) patterns[index] = new NamePattern(names[index]);
        var done = new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        Mailbox.Post(new FleetMessage.Command(command, new([.. patterns]), wait, "a test", done));
        return done.Task;
    }

    /// <summary>The number of connections that each worker was given.</summary>
    public IReadOnlyDictionary<WorkerName, GivenCounts> ConnectionsGiven() =>
        Deadline.Await(_steerer!.CountAsync(), "the counts");

    public FleetSnapshot Snapshot()
    {
        var done = new TaskCompletionSource<FleetSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        Mailbox.Post(new SnapshotMessage.TakeSnapshot(done));
        return Deadline.Await(done.Task, "a snapshot");
    }

    public WorkerSnapshot Worker(string name) => Snapshot().Workers.Single(worker => worker.Name.ToString() == name);

    /// <summary>Posts several messages so that no other event comes between them, not even the start of a process.</summary>
    public void AtOnce(Action post)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The loop takes all messages that are posted during this turn in its next turn.
        Mailbox.Post(new Message.Ping(() =>
        {
            post();
            done.SetResult();
        }));
        Deadline.Await(done.Task, "a turn of the loop");
    }

    /// <summary>Waits until the loop has taken all earlier messages.</summary>
    public void Turn()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Mailbox.Post(new Message.Ping(done.SetResult));
        Deadline.Await(done.Task, "a turn of the loop");
    }

    /// <summary>Advances the clock, and waits for a turn of the loop.</summary>
    public void Advance(TimeSpan by)
    {
        Time.Advance(by);
        Turn();
    }

    /// <summary>Advances the clock by minutes until a task is done.</summary>
    public T AwaitMinutes<T>(Task<T> task)
    {
        Deadline.Until(
            () =>
            {
                Advance(TimeSpan.FromMinutes(1));
                return task.IsCompleted;
            },
            "it is done");
        return task.GetAwaiter().GetResult();
    }

    public void StopAll()
    {
        BeginStopAll();
        Deadline.Await(Ended, "all workers have stopped");
    }

    public void BeginStopAll() => Mailbox.Post(new FleetMessage.StopAll());

    /// <summary>Ends the loop, and leaves its workers to the next one.</summary>
    public HandedOver HandOver()
    {
        HandedOver? answer = null;
        Deadline.Until(() => (answer = Ask()).Obstacle is null, "nothing is under way");
        Deadline.Await(Ended, "the loop has ended");
        _isHandedOver = true;
        return answer!;

        HandedOver Ask()
        {
            var done = new TaskCompletionSource<HandedOver>(TaskCreationOptions.RunContinuationsAsynchronously);
            Mailbox.Post(new HandoverMessage(IsTrial: false, done));
            return Deadline.Await(done.Task, "an answer");
        }
    }

    public static void Kill(int pid) => Send(pid, Signal.Kill);

    public static void Send(int pid, Signal signal)
    {
        using var process = Pidfd.Open(pid, out _);
        Assert.NotNull(process);
        Assert.Equal(Errno.None, process.SendSignal(signal));
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_isHandedOver)
        {
            BeginStopAll();
            Deadline.Until(HasEnded, "all workers have stopped");
        }

        _childEnded.Dispose();
        if (_steerer is not null) Deadline.Await(_steerer.DisposeAsync().AsTask(), "the groups are given back");
        _output.Dispose();
        _loop.Dispose();
        Mailbox.Dispose();
        _queue.Stop(Deadline.Patience);
        _queue.Dispose();
        var left = _isHandedOver ? [] : OwnProcess.Children();
        foreach (var pid in left) End(pid);
        if (!IsToFault) Assert.Empty(Log.All("fault").Select(fault => fault.ToString()));
        if (IsToFault) return;
        Ended.GetAwaiter().GetResult();
        Assert.Empty(left);
    }

    /// <summary>Kills a process that a test left behind, so that no other test fails by it.</summary>
    public static void End(int pid)
    {
        using var process = Pidfd.Open(pid, out _);
        process?.SendSignal(Signal.Kill);
        process?.WaitForEnd(Deadline.Patience);
        Subreaper.Reap(pid);
    }

    /// <summary>Advances the clock over grace periods: the test has seen all events that it waits for.</summary>
    private bool HasEnded()
    {
        if (Ended.IsCompleted) return true;
        Time.Advance(TimeSpan.FromMinutes(1));
        Mailbox.Post(new Message.Ping(() => { }));
        // Wait() would throw the fault of a loop that the test expects to fault.
        return ((IAsyncResult)Ended).AsyncWaitHandle.WaitOne(TimeSpan.FromMilliseconds(50));
    }
}
