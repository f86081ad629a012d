using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Http;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Decisions.Tests.Api;

public sealed class DocumentsTests
{
    private static readonly WorkerSnapshot Ready = new(
        new WorkerName("web", 1), WorkerState.Ready, 4242, Generation: 3, Restarts: 2, TimeSpan.FromSeconds(40),
        ExitStatus.Killed(Signal.Kill), NextTry: null,
        [
            new BindOutcome(OutcomeKind.Loaded, 4242, Socket: null, "ok", "1.0.0"),
            Outcome(OutcomeKind.Bind, "ok"),
            Outcome(OutcomeKind.Listen, "EADDRINUSE"),
        ]);

    private static readonly WorkerSnapshot Waiting = new(
        new WorkerName("web", 2), WorkerState.Backoff, Pid: null, Generation: 1, Restarts: 0, Started: null, LastExit: null,
        TimeSpan.FromSeconds(102), [])
    {
        Reason = new StateReason.Failure(new SlotFailure.NotStarted(new SpawnError("exec", "x", Errno.NotFound))),
    };

    [Fact]
    public void From_Snapshot_HasTimesInSecondsFromNow()
    {
        var document = FleetDocuments.From(Fleet(Ready, Waiting), "1.2.3");
        Assert.Equal(("1.2.3", 100), (document.Version, document.Uptime));
        Assert.Equal(["web@1", "web@2"], document.Workers.Select(worker => worker.Name));
        Assert.Equal([(60, null), (null, 2)], document.Workers.Select(worker => (worker.Uptime, worker.NextTry)));
        Assert.Equal(
            [("killed by SIGKILL", null), (null, "exec x: ENOENT")],
            document.Workers.Select(worker => (worker.LastExit, worker.Detail)));
    }

    [Fact]
    public void From_Snapshot_HasBindsOfSocketsOnly()
    {
        var worker = FleetDocuments.From(Fleet(Ready), "1").Workers[0];
        Assert.Equal(
            [
                new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "ok"),
                new BindStatus("listen", "stream", "127.0.0.1", 8080, Sharded: true, "EADDRINUSE")],
            worker.Binds);
        Assert.Equal((4242, 3, 2), (worker.Pid, worker.Generation, worker.Restarts));
    }

    [Fact]
    public void From_ServiceScaledByCommand_HasBothNumbers()
    {
        var (web, api) = (Specs.Service("web", workers: 2), Specs.Service("api"));
        var fleet = Fleet(Ready) with
        {
            Services = [
                new ServiceSnapshot(api, api, ServiceOverrides.From(api)),
                new ServiceSnapshot(web, web with { Workers = 5 }, ServiceOverrides.From(web).Scale(5))],
        };
        Assert.Equal([new ScaledService("web", 5, 2)], FleetDocuments.From(fleet, "1").Scaled);
        Assert.Null(FleetDocuments.From(Fleet(Ready), "1").Scaled);
    }

    [Fact]
    public void From_FleetThatWasTakenOver_HasNumbersAndAge()
    {
        var fleet = Fleet(Ready);
        fleet = fleet with { Adoption = new Adoption(11, 12, fleet.Now - TimeSpan.FromSeconds(3)) };
        Assert.Equal(new AdoptedWorkers(11, 12, 3), FleetDocuments.From(fleet, "1").Adopted);
        Assert.Null(FleetDocuments.From(Fleet(Ready), "1").Adopted);
    }

    [Fact]
    public void From_ServiceInUpdate_HasProgress()
    {
        var web = Specs.Service("web", workers: 3);
        var failed = new UpdateStop.ReplacementFailed(
            Ready.Name,
            Waiting with
            {
                IsOver = true, Reason = new StateReason.Failure(new SlotFailure.Ended(ExitStatus.Exited(3))),
            });
        var update = new UpdateSnapshot(1, 3, IsPaused: true, IsRollback: false, failed);
        var fleet = Fleet(Ready) with
        {
            Services = [new ServiceSnapshot(web, web, ServiceOverrides.From(web)) { Update = update }],
        };
        Assert.Equal(
            [new ServiceUpdate("web", 1, 3, Paused: true) { Failure = "web@1: exit code 3" }],
            FleetDocuments.From(fleet, "1").Updates);
        Assert.Null(FleetDocuments.From(Fleet(Ready), "1").Updates);
    }

    [Fact]
    public void From_WorkersWithoutLibrary_HasReasonAndKernelPorts()
    {
        var silent = Ready with { Binds = [], OutcomesMissing = OutcomesMissing.StderrElsewhere, KernelPorts = [53, 80] };
        foreach (var (why, words) in new[]
                 {
                     (OutcomesMissing.DebugOff, "'reuseport.debug' is false"),
                     (OutcomesMissing.StderrElsewhere, "the daemon does not read 'stderr'"),
                     (OutcomesMissing.NoLibrary, "the preload library is not loaded"),
                 })
        {
            var untold = Assert.Single(
                BindDocuments.From(
                    Fleet(silent with { OutcomesMissing = why }, Ready, Waiting with { OutcomesMissing = why }), []).Untold);
            Assert.Equal(
                ("web@1", 4242, $"binds unknown: {words}; the kernel shows that the worker serves port 53,80"),
                (untold.Worker, untold.Pid, untold.Text));
            Assert.Equal([53, 80], untold.Ports);
        }

        // The kernel shows the port before the daemon knows that no line will come.
        var early = BindDocuments.From(Fleet(silent with { OutcomesMissing = null }), []).Untold;
        Assert.Equal([53, 80], Assert.Single(early).Ports);
        Assert.Equal(
            "binds unknown: the daemon does not read 'stderr'",
            BindDocuments.From(Fleet(silent with { KernelPorts = [] }), []).Untold[0].Text);
        Assert.Equal([53, 80], FleetDocuments.From(Fleet(silent), "1").Workers[0].KernelPorts);
        Assert.Null(FleetDocuments.From(Fleet(silent with { Pid = null }), "1").Workers[0].KernelPorts);
    }

    [Fact]
    public void From_LogFileIsNotReopened_HasThePathBesideErrors()
    {
        foreach (var errors in (string[][])[[], ["web.yaml:1:1: wrong"]])
        {
            var done = errors.Length > 0 ? null : new ConvergeResult(0, 0, 0, 1, default, []);
            var result = new ApplyResult(errors, [], done) { Unopened = [new UnopenedFile("/var/log/web.log", new Errno(13))] };
            Assert.Equal([new UnopenedLog("/var/log/web.log", "EACCES")], FleetDocuments.From(result).NotReopened);
        }
    }

    [Fact]
    public void From_Change_HasActions()
    {
        var done = new ConvergeResult(1, 2, 3, 4, new FleetCounts(10, 9, 0, 0, 1, 0, 0), [Waiting]) { Cut = 6 };
        var document = FleetDocuments.From(new ApplyResult([], ["b.yaml: warning: c"], done));
        Assert.Equal(6, document.Cut);
        Assert.Empty(document.Errors);
        Assert.Equal(["b.yaml: warning: c"], document.Warnings);
        Assert.Equal([new UnreadyWorker("web@2", "backoff", "exec x: ENOENT")], document.NotReady);
        Assert.Equal(
            (1, 2, 3, 4, 9, 10),
            (document.Added, document.Changed, document.Removed, document.Unchanged, document.Ready, document.Workers));
    }

    [Fact]
    public void From_PlannedRestart_HasRemainingAndDrainingWorkers()
    {
        var workers = FleetDocuments.From(Fleet(Ready with { IsUpdating = true, Draining = 3 }, Waiting), "1").Workers;
        Assert.Equal([(true, 3), (null, null)], workers.Select(worker => (worker.Updating, worker.Draining)));
        Assert.Equal(5, FleetDocuments.From(new CommandResult([], TimedOut: false, []) { Cut = 5 }).Cut);
    }

    [Fact]
    public void From_ConfigurationWithErrors_HasOnlyErrors()
    {
        var document = FleetDocuments.From(new ApplyResult(["web.yaml:1:1: wrong"], [], Done: null));
        Assert.Equal(["web.yaml:1:1: wrong"], document.Errors);
        Assert.Equal(
            (0, 0, 0, 0, 0, 0),
            (document.Added, document.Changed, document.Removed, document.Unchanged, document.Ready, document.Workers));
    }

    [Fact]
    public void Json_Status_HasSnakeCaseAndNoNulls()
    {
        var json = JsonSerializer.Serialize(FleetDocuments.From(Fleet(Ready, Waiting), "1"), ContractJson.Default.StatusDocument);
        using var document = JsonDocument.Parse(json);
        var workers = document.RootElement.GetProperty("workers");
        Assert.Equal(
            ["binds", "generation", "index", "last_exit", "name", "pid", "restarts", "service", "state", "uptime"],
            workers[0].EnumerateObject().Select(property => property.Name).Order());
        Assert.Equal(
            ["binds", "detail", "generation", "index", "name", "next_try", "restarts", "service", "state"],
            workers[1].EnumerateObject().Select(property => property.Name).Order());
    }

    [Fact]
    public void Json_Status_IsReadBackUnchanged()
    {
        var document = FleetDocuments.From(Fleet(Ready, Waiting), "1");
        var json = JsonSerializer.Serialize(document, ContractJson.Default.StatusDocument);
        Assert.Equal(
            json,
            JsonSerializer.Serialize(
                JsonSerializer.Deserialize(json, ContractJson.Default.StatusDocument)!, ContractJson.Default.StatusDocument));
    }

    [Fact]
    public void From_FailedProcess_HasItsLastLine()
    {
        var words = new LastWords(stdout: true, stderr: true);
        words.Add(OutputStream.Stderr, "no such file\n"u8);
        var workers = FleetDocuments.From(Fleet(Ready, Waiting with { LastWords = words }), "1").Workers;
        Assert.Equal([null, "no such file"], workers.Select(worker => worker.LastLine));
    }

    private static FleetSnapshot Fleet(params WorkerSnapshot[] workers) =>
        new(TimeSpan.FromSeconds(100), default, new([.. workers]));

    private static BindOutcome Outcome(OutcomeKind kind, string result) => new(
        kind, 4242,
        new SocketOutcome(
            3, 7, "inet", "stream", "127.0.0.1", 8080, Matched: true, OptionSetting.Set, OptionSetting.System, null, null),
        result, "");
}
