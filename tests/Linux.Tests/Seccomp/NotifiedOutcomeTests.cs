using System.Diagnostics;
using Linux.Tests.Harness;
using Linux.Tests.Sharding;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Model;

namespace Linux.Tests.Seccomp;

/// <summary>Outcomes of answered calls, in the form of the preload library's lines.</summary>
[Collection(Listeners.Name)]
public sealed class NotifiedOutcomeTests
{
    /// <summary>A busy host answers some thousands in a second.</summary>
    private const int Binds = 20_000;

    [Fact]
    public void Tell_BindAndListen_HaveTheFieldsOfTheLibrary() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port() with { Backlog = 4096 });
        var worker = service.Start(spawner, "shares-static", "a", "tcp4,127.0.0.1,7000");
        var numbers = worker.ReadNumbers("socket");
        Assert.Equal(worker.Pid, Assert.Single(worker.ReadNumbers("ready")));
        var socket = new SocketOutcome(
            numbers[0], (ulong)numbers[1], "inet", "stream", "127.0.0.1", 7000, true, OptionSetting.Set, OptionSetting.System,
            null, null);
        var listen = socket with { ReusePort = OptionSetting.System, Backlog = 4096 };
        Assert.Equal(
            [
                (1ul, new BindOutcome(OutcomeKind.Bind, worker.Pid, socket, "ok", "")),
                (1ul, new BindOutcome(OutcomeKind.Listen, worker.Pid, listen, "ok", "")),
            ],
            service.Told);
        Assert.Equal(4096u, SockDiag.Serving().Single(record => record.Port == 7000).WriteQueue);
    });

    [Fact]
    public void Tell_FailedBind_HasTheErrnoOfTheProgram() => OwnNetwork.Run(spawner =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "udp6,::1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        using var service = new NotifiedService(Shards.Port());
        Assert.Equal(["failed udp6 ::1 7000: 98"], service.Run(spawner, "binds-static", "udp6,::1,7000"));
        var outcome = Assert.Single(service.Outcomes);
        Assert.Equal((OutcomeKind.Bind, Errno.AlreadyInUse), (outcome.Kind, outcome.Errno));
        Assert.Equal("[::1]:7000 udp", outcome.Socket!.Endpoint);
    });

    [Fact]
    public void Tell_BindToPortZero_HasTheChosenPortAndIsUnshared() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Spec());
        var line = Assert.Single(service.Run(spawner, "binds-static", "tcp4,127.0.0.1,0"));
        var sockets = service.Outcomes.Select(outcome => outcome.Socket!).ToArray();
        Assert.Equal([false, false], sockets.Select(socket => socket.Matched));
        Assert.All(sockets, socket => Assert.EndsWith($" {socket.Port}", line, StringComparison.Ordinal));
    });

    [Fact]
    public void Tell_ManyBinds_TellsPartAndCountsTheRest() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        var start = Stopwatch.GetTimestamp();
        Assert.Empty(service.Run(spawner, "binds-oddly-static", "flood", $"{Binds}"));
        Deadline.Until(() => Counted(service) == Binds, "all outcomes told or counted");
        Assert.Contains(service.Outcomes, outcome => outcome is { Kind: OutcomeKind.Lost, LostLines: 1 });
        // Each interval has up to two numbers of lost outcomes.
        var intervals = (int)(Stopwatch.GetElapsedTime(start) / OutcomeLimit.Interval) + 1;
        Assert.InRange(service.Outcomes.Count(), OutcomeLimit.Burst, intervals * (OutcomeLimit.Burst + 2));
    });

    [Fact]
    public void Tell_OtherWorkerFloods_OutcomesOfThisOneAreComplete() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        for (var number = 0; number < 4; number++) service.Start(spawner, "binds-oddly-static", "flood", "1000000000");
        Assert.Equal(["bound tcp4 127.0.0.1 7000"], service.Run(spawner, "binds-static", "tcp4,127.0.0.1,7000"));
        var told = service.Told.Where(told => told.Worker == 5).Select(told => told.Outcome.Kind);
        Assert.Equal([OutcomeKind.Bind, OutcomeKind.Listen], told);
    });

    [Fact]
    public void Admit_BeyondTheBurst_TellsTheFirstLostAndThenTheirNumber()
    {
        var limit = new OutcomeLimit();
        var start = TimeSpan.FromHours(1);
        for (var number = 0; number < OutcomeLimit.Burst; number++)
        {
            Assert.True(limit.Admit(start, out var none));
            Assert.Equal(0, none);
        }

        Assert.Null(limit.Due);
        Assert.Equal((false, 1L), (limit.Admit(start, out var lost), lost));
        Assert.Equal((false, 0L), (limit.Admit(start, out lost), lost));
        Assert.Equal((false, 0L), (limit.Admit(start, out lost), lost));
        Assert.Equal(start + OutcomeLimit.Interval, limit.Due);
        Assert.Equal(0, limit.Collect(start + OutcomeLimit.Interval - TimeSpan.FromTicks(1)));
        Assert.Equal((true, 2L), (limit.Admit(start + OutcomeLimit.Interval, out lost), lost));
        Assert.Null(limit.Due);
    }

    [Fact]
    public void Collect_AfterTheInterval_ReturnsTheNumberOnce()
    {
        var limit = new OutcomeLimit();
        for (var number = 0; number < OutcomeLimit.Burst + 5; number++) limit.Admit(TimeSpan.Zero, out _);
        Assert.Equal(4, limit.Collect(OutcomeLimit.Interval));
        Assert.Equal(0, limit.Collect(OutcomeLimit.Interval));
        Assert.Null(limit.Due);
    }

    private static long Counted(NotifiedService service) =>
        service.Outcomes.Sum(outcome => outcome.Kind == OutcomeKind.Lost ? outcome.LostLines : 1);
}
