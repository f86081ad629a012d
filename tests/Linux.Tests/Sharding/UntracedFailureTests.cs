using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

/// <summary>Binds that fail, where the kernel does not let programs trace its functions.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class UntracedFailureTests
{
    [Theory]
    [InlineData("tcp4,127.0.0.1,7000", true)]
    [InlineData("tcp6,::1,7000", true)]
    [InlineData("udp4,127.0.0.1,7000", true)]
    [InlineData("udp6,::1,7000", true)]
    [InlineData("tcp4,127.0.0.1,7001", false)]
    public void Read_PortInUse_EndOfTheProcessTellsTheFailure(string endpoint, bool isListed) => Run((spawner, shards) =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", endpoint));
        Assert.StartsWith("bound", Assert.Single(ShardedGroup.Lines(outside)), StringComparison.Ordinal);

        var worker = shards.Attach(Shards.Port()).Start(spawner, "binds-oddly-static", "raw", endpoint);
        ShardedGroup.Lines(worker);
        var told = EndAndRead(shards, worker);
        Assert.Equal((1ul, (uint)worker.Pid, ShardingKind.Bind), (told.Worker, told.Pid, told.Kind));
        var words = endpoint.Split(',');
        var outcome = told.ToOutcome(null);
        Assert.Equal((true, null, false), (outcome.HasUnknownErrno, outcome.Errno, outcome.Succeeded));
        Assert.Equal((words[1], words[2]), (outcome.Socket!.Address, $"{outcome.Socket.Port}"));
        Assert.Equal(isListed, outcome.Socket.Matched);
        Assert.Equal(isListed ? OptionSetting.Set : OptionSetting.System, outcome.Socket.ReusePort);
        Assert.NotEqual(0ul, outcome.Socket.Inode);
    });

    [Fact]
    public void Read_NextBindOfTheSocket_TellsTheFailureOfTheFormer() => Run((spawner, shards) =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "udp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        var worker = shards.Attach(Shards.Port()).Start(
            spawner, "binds-oddly-static", "retry", "udp4,127.0.0.1,7000", "udp4,127.0.0.1,7000", "udp4,127.0.0.1,7001");
        ShardedGroup.Lines(worker);
        var outcomes = shards.Outcomes();
        Assert.Equal([null, null, Errno.None], outcomes.Select(outcome => outcome.Errno));
        Assert.Equal([7000, 7000, 7001], outcomes.Select(outcome => (int)outcome.Port));
        Assert.Equal([true, true, false], outcomes.Select(outcome => outcome.Matched));
        Assert.All(outcomes, outcome => Assert.Equal((uint)worker.Pid, outcome.Pid));
        Assert.Single(outcomes.Select(outcome => (outcome.Cookie, outcome.Inode)).Distinct());

        worker.Dispose();
        Assert.Empty(shards.Outcomes());
    });

    /// <summary>The source address of a client: the kernel chooses the port at connect(2), so no hook tells a success.</summary>
    [Fact]
    public void Read_BindWithoutAPort_IsNoFailure() => Run((spawner, shards) =>
    {
        var group = shards.Attach(Shards.Port());
        const string program =
            "import socket; s = socket.socket(); s.setsockopt(0, 24, 1); s.bind(('127.0.0.1', 0)); s.close(); print('ready')";
        using var worker = group.Start(spawner, TestWorker.Request("/usr/bin/python3", "-c", program));
        ShardedGroup.Lines(worker);
        worker.AwaitExit();
        Assert.Empty(shards.Outcomes());
    });

    [Fact]
    public void Read_FloodOfFailures_IsCountedAndOthersAreHeard() => Run((spawner, shards) =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "udp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        const int flood = 2000;
        var groups = shards.Attach(Shards.Port(), 2);
        string[] endpoints = [.. Enumerable.Repeat("udp4,127.0.0.1,7000", flood)];
        var first = groups[0].Start(spawner, "binds-oddly-static", ["retry", .. endpoints]);
        ShardedGroup.Lines(first);
        var second = groups[1].Start(spawner, "binds-oddly-static", "raw", "udp4,127.0.0.1,7000");
        ShardedGroup.Lines(second);
        first.Dispose();
        second.Dispose();

        var outcomes = shards.Outcomes();
        Assert.Null(Assert.Single(outcomes, outcome => outcome.Worker == 2).Errno);
        var told = outcomes.Count(outcome => outcome is { Worker: 1, Kind: ShardingKind.Bind });
        Assert.InRange(told, 1, flood / 2);
        Assert.Equal((ulong)(flood - told), shards.Programs.Read(groups[0].Directory.Id)!.Value.Lost);
    });

    private static ShardingOutcome EndAndRead(Shards shards, TestWorker worker)
    {
        Assert.Empty(shards.Outcomes());
        worker.Dispose();
        return Assert.Single(shards.Outcomes());
    }

    private static void Run(Action<Spawner, Shards> work) => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards(KernelLayout.OfThisKernel() with { Bind6 = 0 });
        Assert.False(shards.Programs.TellsFailures);
        work(spawner, shards);
    });
}
