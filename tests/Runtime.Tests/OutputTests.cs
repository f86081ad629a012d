using Reuseportd.Linux.Files;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Runtime.Tests.Harness;
using Serilog;

namespace Runtime.Tests;

/// <summary>The output of workers.</summary>
public sealed class OutputTests
{
    [Fact]
    public void Line_OfEitherStream_IsForwarded()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Shell("job", 1, "echo out line; echo err line >&2; printf unfinished; exit 0") with { Restart = Once });
        fleet.Lines.Take("job@0", "out line");
        fleet.Lines.Take("job@0", "err line");
        fleet.Lines.Take("job@0", "unfinished");
    }

    [Fact]
    public void Line_JustBeforeTheExit_IsNotLost()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("job", 20, Checkout.Worker("spew"), "1000", "100") with { Restart = Once });
        for (var index = 0; index < 20; index++) fleet.Lines.Take($"job@{index}", "999 ");
        Deadline.Until(() => fleet.Lines.Count == 20_000, "every line of every worker");
    }

    [Fact]
    public void Line_NotReadBeforeProcessEnd_IsRead()
    {
        using var fleet = new Supervised(startOutput: false);
        fleet.Converge(Given.Shell("job", 1, "echo last words") with { Restart = Once });
        fleet.Log.Take("exit", "job@0");
        fleet.Turn();
        fleet.StartOutput();
        fleet.Lines.Take("job@0", "last words");
    }

    [Fact]
    public void Silence_OutcomeOfAnEndedProcess_IsNoSilence()
    {
        using var fleet = new Supervised(startOutput: false);
        fleet.Converge();
        var before = OwnProcess.Descriptors().Length;
        fleet.Converge(Given.Service("job", 10, Checkout.Worker("dies"), "exit", "0") with { Restart = Once });
        for (var count = 0; count < 10; count++) fleet.Log.Take("exit");
        fleet.Turn();
        fleet.StartOutput();

        fleet.Log.Take("loaded", 10);
        Deadline.Until(() => OwnProcess.Descriptors().Length <= before, "all streams have ended");
        fleet.Turn();
        // A search for the reason of a silence would have ended by now.
        fleet.Converge(Given.Service("job", 1, Checkout.Worker("binds-static")) with { Restart = Once });
        fleet.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal("job@0", fleet.Log.Take("no_preload").Worker);
        Assert.Single(fleet.Log.All("no_preload"));
    }

    [Fact]
    public void Silence_StaticProgram_IsExplained()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("binds-static")));
        fleet.Turn();
        fleet.Advance(TimeSpan.FromSeconds(3));
        fleet.Log.Take("no_preload", "web@0");
        Assert.Equal(PreloadReason.StaticallyLinked, fleet.Worker("web@0").Silence?.Reason);
    }

    /// <summary>Commands wait for the reason, so the process counts as unread until then.</summary>
    [Fact]
    public void Silence_StaticProgramHasEnded_IsUnreadUntilItIsExplained()
    {
        using var fleet = new Supervised();
        // hello-static binds an address that no interface has, and ends.
        var service = Given.Service("web", 1, Checkout.Worker("hello-static"), "8080", "192.0.2.1");
        fleet.Converge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        fleet.Log.Take("exit", "web@0");
        Deadline.Until(() => fleet.Worker("web@0") is { IsUnread: false, Pid: null }, "the reason is known");
        Assert.Equal(PreloadReason.StaticallyLinked, fleet.Worker("web@0").Silence?.Reason);
    }

    [Fact]
    public void Flood_OfOutcomes_IsBoundedAndDelaysNoOther()
    {
        const int most = 64 * 1024 * 1024;
        using var fleet = new Supervised();
        fleet.Converge(Flood("flood", $"yes \"{Lines.Bind(9)}\" >&2"), Given.Sleepers("web", 5));
        fleet.Log.Take("dropped", "flood@0");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var round = 0; round < 20; round++)
        {
            Supervised.Kill(fleet.Worker($"web@{round % 5}").Pid!.Value);
            fleet.Log.Take("exit", $"web@{round % 5}");
            Deadline.Until(() => fleet.Snapshot().Counts.Ready == 6, "the replacement");
        }

        var dropped = fleet.Log.Take("dropped", "flood@0").Number("REUSEPORT_COUNT");
        Assert.True(dropped > 1_000, $"no flood: {dropped}");
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, most);
        // The rate limit admits a bounded number in each second, although the flood has millions.
        Assert.InRange(fleet.Log.All("bind").Length, 1, 1_000 * (1 + (int)fleet.Snapshot().Now.TotalSeconds));
        Assert.Equal(1, fleet.Worker("flood@0").Generation);
    }

    [Fact]
    public void Flood_OfOutcomesBeforeAwaitedOutcome_AwaitedOutcomeIsRead()
    {
        using var fleet = new Supervised();
        var line = $"yes \"{Lines.Bind(9)}\" | head -n 100000 >&2; echo \"{Lines.Listen(8080)}\" >&2; exec sleep infinity";
        Assert.Equal(1, fleet.Converge(Given.Listening(Given.Shell("web", 1, line), 8080)).Counts.Ready);
        Assert.True(fleet.Log.Take("dropped", "web@0").Number("REUSEPORT_COUNT") > 0);
    }

    [Fact]
    public void Flood_OfServedPorts_EachIsReportedOnce()
    {
        using var fleet = new Supervised();
        var ports = "i=1; while [ $i -le 20000 ]; do echo $i; i=$((i+1)); done";
        var outcome = Lines.Listen(8080).Replace("port=8080", "port=&", StringComparison.Ordinal);
        var line = $"({ports}; {ports}) | sed \"s/.*/{outcome}/\" >&2; exec sleep infinity";
        fleet.Converge(Given.Listening(Given.Shell("web", 1, line), 20_000));
        Assert.Equal(256, fleet.Worker("web@0").Binds.Count);
    }

    [Fact]
    public void Flood_OfLines_OtherWorkersAreRead()
    {
        using var fleet = new Supervised();
        var unlimited = new LoggingSpec(TimeSpan.FromSeconds(30), RateLimitBurst: 0, LineMax: 8 * 1024);
        fleet.Lines.Keeps = false;
        fleet.Converge(Flood("flood", "yes 'a line of a program that does not stop' >&2") with { Logging = unlimited });
        Deadline.Until(() => fleet.Lines.Count > 100_000, "a flood");

        fleet.Converge(
            Flood("flood", "yes 'a line of a program that does not stop' >&2") with { Logging = unlimited },
            Given.Server("web", 3));
        fleet.Log.Take("listen", 3);
        Assert.Equal(4, fleet.Snapshot().Counts.Ready);
    }

    [Fact]
    public void Stop_WorkersFlood_Ends()
    {
        using var fleet = new Supervised();
        fleet.Lines.Keeps = false;
        fleet.Converge(Flood("flood", "yes 'on and on' & yes 'and on' >&2"));
        Deadline.Until(() => fleet.Lines.Count > 1_000, "a flood");
        fleet.StopAll();
        Assert.Empty(OwnProcess.Children());
    }

    /// <summary>The user who renamed the file must know that the daemon still writes to it.</summary>
    [Fact]
    public void Reopen_FolderIsRemoved_FileIsNamed()
    {
        var folder = Directory.CreateTempSubdirectory("reuseportd-test-");
        try
        {
            var (logs, gone) = (Path.Combine(folder.FullName, "logs"), Path.Combine(folder.FullName, "gone"));
            var path = Path.Combine(logs, "web.log");
            Directory.CreateDirectory(logs);
            using var fleet = new Supervised();
            var web = Given.Sleepers("web", 2);
            fleet.Converge(web with { Process = web.Process with { Stdout = new OutputTarget.File(path) } });
            Assert.Empty(Reopen(fleet));

            Directory.Move(logs, gone);
            var unopened = Assert.Single(Reopen(fleet));
            Assert.Equal((path, "ENOENT"), (unopened.Path, unopened.Errno.ToString()));
            fleet.Log.Take("reopen_failed");

            Directory.Move(gone, logs);
            Assert.Empty(Reopen(fleet));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ValueList<UnopenedFile> Reopen(Supervised fleet)
    {
        var done = new TaskCompletionSource<ValueList<UnopenedFile>>(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Mailbox.Post(new OutputMessage.ReopenFiles(done));
        return Deadline.Await(done.Task, "the files are open again");
    }

    [Fact]
    public void Stop_EndlessWriter_IsNotWaitedFor()
    {
        using var queue = new LogQueue(new WorkerLines { Keeps = false }, TimeProvider.System);
        queue.Start();
        using var mailbox = new Mailbox(TimeProvider.System);
        using var log = new LoggerConfiguration().CreateLogger();
        var time = new MovableTime();
        using var output = new OutputLoop(mailbox, new WorkerLog(queue, new JsonLineFormat(), TimeProvider.System), log, time);
        using var endless = File.OpenHandle("/dev/random");
        var source = WorkerLog.Open(new WorkerName("stray", 0), 1, OutputStream.Stdout);
        output.Add(
            new WorkerStream(
                new Pipe((int)endless.DangerousGetHandle()), 1, new TreeRoot(1, IsReaped: true, []), source,
                LoggingSpec.Default));
        output.ReadAdded();
        endless.SetHandleAsInvalid();
        output.Start();

        var stopped = Task.Run(output.Stop);
        Deadline.Until(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return stopped.Wait(10);
            },
            "the end of the output loop");
    }

    /// <summary>As the kernel holds it while a worker's write has the lock of its pipe.</summary>
    [Fact]
    public void Stop_ThreadIsHeld_IsLeftAlone()
    {
        using var held = new ManualResetEventSlim();
        using var ended = new ManualResetEventSlim();
        using var queue = new LogQueue(new WorkerLines(), TimeProvider.System);
        queue.Start();
        using var mailbox = new Mailbox(TimeProvider.System);
        var events = new EventLog();
        using var log = new LoggerConfiguration().WriteTo.Sink(events).CreateLogger();
        var lines = new WorkerLog(queue, new JsonLineFormat(), TimeProvider.System);
        using (var output = new OutputLoop(mailbox, lines, log, TimeProvider.System)
               {
                   EndWithin = TimeSpan.FromMilliseconds(100),
               })
        {
            output.Do(held.Wait);
            output.Do(ended.Set);
            output.Start();
            Deadline.Await(Task.Run(output.Stop), "the end of the output loop");
            events.Take("output_stuck");
        }

        Assert.Single(events.All("output_stuck"));
        held.Set();
        Assert.True(ended.Wait(Deadline.Patience), "the thread does not go on");
    }

    private static RestartPolicy Once { get; } = RestartPolicy.Default with { When = RestartWhen.OnFailure };

    /// <summary>A line of shell, ready at once.</summary>
    private static ServiceSpec Flood(string name, string line) => Given.Shell(name, 1, line);
}
