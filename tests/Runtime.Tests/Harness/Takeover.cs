using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Formats;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Trees;
using Serilog;

namespace Runtime.Tests.Harness;

/// <summary>
/// The parts of a daemon that take over processes of an earlier one. A worker of a fleet, the program <c>fosters</c>, is the
/// parent of such a process. The test's thread is the loop.
/// </summary>
internal sealed class Takeover : IDisposable, IFileOwners
{
    /// <summary>The identity of the earlier daemon.</summary>
    public const string Earlier = "1-2";

    private readonly DescriptorTable _descriptors = new();
    private readonly Mailbox _mailbox = new(TimeProvider.System);
    private readonly LogQueue _queue = new(new WorkerLines(), TimeProvider.System);
    private readonly OutputLoop _output;
    private readonly FleetEvents _events = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Supervised _fleet;

    /// <param name="fleet">Its workers are the parents of the processes.</param>
    public Takeover(Supervised fleet)
    {
        _fleet = fleet;
        var log = new LoggerConfiguration().WriteTo.Sink(Log).CreateLogger();
        var lines = new WorkerLog(_queue, new JsonLineFormat(), TimeProvider.System);
        _output = new OutputLoop(_mailbox, lines, log, TimeProvider.System);
        var files = new FileTable(this, _output, _mailbox, log, TimeProvider.System);
        Table = new WorkerTable(null!, files, _descriptors, _output, new UnwatchedProcesses(), null!, null, _events, log);
        Trees = new TreeReaper(IsOwn, () => false, _events, log, Now);
    }

    public EventLog Log { get; } = new();

    public WorkerTable Table { get; }

    public TreeReaper Trees { get; }

    /// <summary>A service whose worker is the parent of a process of the worker <c>web@0</c> of an earlier daemon.</summary>
    /// <param name="late">True if the parent reaps nothing before SIGUSR1.</param>
    public static ServiceSpec Parent(
        string name, bool late = false, string daemon = Earlier, params ReadOnlySpan<string> program) => Given.Service(
        name, 1,
        [
            "/usr/bin/env", "REUSEPORT_SERVICE=web", "REUSEPORT_WORKER=0", "REUSEPORT_GENERATION=1", $"REUSEPORT_DAEMON={daemon}",
            Checkout.Worker("fosters"), .. late ? ["late"] : Array.Empty<string>(), .. program,
        ]);

    /// <summary>Takes over the process of a worker of <see cref="Parent"/>.</summary>
    public WorkerProcess Adopt(string parent)
    {
        var pid = int.Parse(_fleet.Lines.Take(parent, "fostered ")[1], CultureInfo.InvariantCulture);
        var service = new Service(Given.Sleepers("web", 1));
        var identity = new Identity(0, 0, []);
        var process = new WorkerProcess(
            _descriptors.NextToken(), new WorkerSlot(new WorkerName("web", 0), service), 1,
            Assert.IsType<Pidfd>(Pidfd.Open(pid, out _)), "/bin/server", new Account(null, identity, null, null),
            new Credentials(identity, NoNewPrivileges: false), service.Spec, Now())
        {
            IsChild = false, Daemon = Earlier,
        };
        Table.Adopt(process, [], calls: null, []);
        return process;
    }

    /// <summary>Waits for the end of a process, as the loop does, and takes its status.</summary>
    public ExitStatus AwaitExit(WorkerProcess process)
    {
        ExitStatus? status = null;
        Deadline.Until(
            () =>
            {
                foreach (var ready in _descriptors.Wait(Deadline.Patience)) _descriptors.Wake(ready);
                while (_events.TryTake(out var happened))
                    if (happened is FleetEvent.ProcessExited exited && exited.Process == process) status = Table.Reap(process);
                return status is not null;
            },
            "the process has ended");
        return Assert.NotNull(status);
    }

    /// <summary>Runs rounds until the tree of a process that was swept has ended.</summary>
    public void AwaitTree() => Deadline.Until(
        () =>
        {
            Trees.HandleDue(Now());
            while (_events.TryTake(out var happened))
                if (happened is FleetEvent.TreeEnded) return true;
            return false;
        },
        "the tree has ended");

    public bool TryIdentity(ProcessSpec process, out Identity? identity, [NotNullWhen(false)] out SpawnError? error)
    {
        (identity, error) = (null, null);
        return true;
    }

    public SpawnError NotOpened(ProcessSpec process, string value, Errno errno) => new("open", value, errno);

    public void Dispose()
    {
        _output.Dispose();
        _descriptors.Dispose();
        _mailbox.Dispose();
        _queue.Dispose();
    }

    private TimeSpan Now() => TimeProvider.System.GetElapsedTime(_start);

    /// <summary>The children of the test process are workers of the fleet.</summary>
    private bool IsOwn(int pid) => Table.FindPid(pid) is not null || OwnProcess.Children().Contains(pid);
}
