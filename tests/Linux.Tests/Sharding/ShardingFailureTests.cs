using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

/// <summary>Binds that fail, where the kernel lets programs trace its functions.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingFailureTests
{
    [Theory]
    [InlineData("tcp4,127.0.0.1,7000", true)]
    [InlineData("tcp6,::1,7000", true)]
    [InlineData("udp4,127.0.0.1,7000", true)]
    [InlineData("udp6,::1,7000", true)]
    [InlineData("tcp4,127.0.0.1,7001", false)]
    [InlineData("tcp6,::ffff:127.0.0.1,7001", false)]
    public void Read_PortInUse_TheBindHasItsErrno(string endpoint, bool isListed) => Run((spawner, shards) =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", endpoint));
        Assert.StartsWith("bound", Assert.Single(ShardedGroup.Lines(outside)), StringComparison.Ordinal);

        var worker = shards.Attach(Shards.Port()).Start(spawner, "binds-oddly-static", "raw", endpoint);
        ShardedGroup.Lines(worker);
        var outcome = Assert.Single(shards.Outcomes());
        Assert.Equal((1ul, (uint)worker.Pid, ShardingKind.Bind), (outcome.Worker, outcome.Pid, outcome.Kind));
        var words = endpoint.Split(',');
        var told = outcome.ToOutcome(null);
        Assert.Equal(("EADDRINUSE", Errno.AlreadyInUse), (told.Result, told.Errno));
        Assert.Equal(words[1], told.Socket!.Address);
        Assert.Equal((words[2], isListed), ($"{told.Socket.Port}", told.Socket.Matched));
        Assert.Equal(isListed ? OptionSetting.Set : OptionSetting.System, told.Socket.ReusePort);
        Assert.Equal(words[0][..3] == "tcp" ? SocketKind.Stream : SocketKind.Datagram, told.Socket.Kind);
        Assert.NotEqual(0ul, told.Socket.Inode);
    });

    [Fact]
    public void Read_RetryThatSucceeds_HasBothOutcomesOfOneSocket() => Run((spawner, shards) =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "udp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        shards.Attach(Shards.Port()).Run(
            spawner, "binds-oddly-static", "retry", "udp4,127.0.0.1,7000", "udp4,127.0.0.1,7000", "udp4,127.0.0.1,7001");
        var outcomes = shards.Outcomes();
        Assert.Equal([98, 98, 0], outcomes.Select(outcome => outcome.Errno!.Value.Number));
        Assert.Equal([true, true, false], outcomes.Select(outcome => outcome.Matched));
        Assert.Single(outcomes.Select(outcome => (outcome.Cookie, outcome.Inode)).Distinct());
    });

    [Fact]
    public void Read_DeviceThatIsMissing_IsAFailureToo() => Run((spawner, shards) =>
    {
        var group = shards.Attach(Shards.Port() with { Interface = "nowhere0" });
        group.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000");
        var outcome = Assert.Single(shards.Outcomes());
        Assert.Equal((19, true, false), (outcome.Errno!.Value.Number, outcome.Matched, outcome.IsConfined));
    });

    [Fact]
    public void Read_LowPortOfAnOrdinaryUser_IsDenied() => Run((spawner, shards) =>
    {
        var request = TestWorker.Request("binds-oddly-static", "raw", "tcp4,127.0.0.1,81", "tcp6,::1,82") with
        {
            Identity = new Identity(OrdinaryUser.Number, OrdinaryUser.Number, []),
        };
        ShardedGroup.Lines(shards.Attach(Shards.Port()).Start(spawner, request));
        Assert.Equal([(81, 13), (82, 13)], shards.Outcomes().Select(outcome => ((int)outcome.Port, outcome.Errno!.Value.Number)));
    });

    [Fact]
    public void Read_FloodOfFailures_IsCountedAndOthersAreHeard() => Run((spawner, shards) =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "udp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        const int flood = 2000;
        var groups = shards.Attach(Shards.Port(), 2);
        string[] endpoints = [.. Enumerable.Repeat("udp4,127.0.0.1,7000", flood)];
        groups[0].Run(spawner, "binds-oddly-static", ["retry", .. endpoints]);
        groups[1].Run(spawner, "binds-oddly-static", "raw", "udp4,127.0.0.1,7000");

        var outcomes = shards.Outcomes();
        Assert.Equal(98, Assert.Single(outcomes, outcome => outcome.Worker == 2).Errno!.Value.Number);
        var told = outcomes.Count(outcome => outcome is { Worker: 1, Kind: ShardingKind.Bind });
        Assert.Equal((ulong)(flood - told), shards.Programs.Read(groups[0].Directory.Id)!.Value.Lost);
    });

    [Fact]
    public void Read_ProcessThatIsNoWorker_HasNoOutcome() => Run((spawner, shards) =>
    {
        using var first = TestWorker.Start(spawner, TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000"));
        ShardedGroup.Lines(first);
        using var second = TestWorker.Start(spawner, TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000"));
        Assert.StartsWith("failed", Assert.Single(ShardedGroup.Lines(second)), StringComparison.Ordinal);
        Assert.Empty(shards.Outcomes());
    });

    private static void Run(Action<Spawner, Shards> work)
    {
        Need.Program();
        using (var programs = ShardingPrograms.Load(out _))
            Assert.SkipUnless(programs!.TellsFailures, "needs a kernel that lets programs trace its functions");
        OwnNetwork.Run(spawner =>
        {
            using var shards = new Shards();
            work(spawner, shards);
        });
    }
}
