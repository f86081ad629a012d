using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingOutcomeTests
{
    /// <summary>SHARE_BURST of Native/Sharding/share_maps.h.</summary>
    private const int Burst = 512;

    [Fact]
    public void Read_BindsAndListens_AreWhatTheProgramDid() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var group = shards.Attach(Shards.Spec(new PortRange(7000, 7002)));
        var worker = group.Start(
            spawner, "binds-static", "tcp4,127.0.0.1,7000", "tcp6,::1,7001", "udp4,0.0.0.0,7002", "tcp4-,127.0.0.2,7003",
            "tcp6,::ffff:127.0.0.1,7002", "udp6,::1,0");
        var free = ShardedGroup.Lines(worker)[^1].Split(' ')[^1];
        var outcomes = shards.Outcomes();

        Assert.Equal(
            [
                "Bind 127.0.0.1:7000 tcp True Set", "Listen 127.0.0.1:7000 tcp True Set",
                "Bind [::1]:7001 tcp True Set", "Listen [::1]:7001 tcp True Set",
                "Bind 0.0.0.0:7002 udp True Set",
                "Bind 127.0.0.2:7003 tcp False System",
                "Bind [::ffff:127.0.0.1]:7002 tcp True Set", "Listen [::ffff:127.0.0.1]:7002 tcp True Set",
                $"Bind [::1]:{free} udp False System",
            ],
            outcomes.Select(outcome =>
            {
                var socket = outcome.ToOutcome(null).Socket!;
                return $"{outcome.Kind} {socket.Endpoint} {socket.Matched} {socket.ReusePort}";
            }));
        Assert.All(outcomes, outcome => Assert.Equal((1ul, (uint)worker.Pid, 0ul), (outcome.Worker, outcome.Pid, outcome.Lost)));
        Assert.Equal(6, outcomes[0].Protocol);
        var cookies = outcomes.Where(outcome => outcome.Protocol == 17 || outcome.Kind == ShardingKind.Listen);
        Assert.Equal(
            SockDiag.Serving().Select(socket => socket.Cookie).Order(), cookies.Select(outcome => outcome.Cookie).Order());
    });

    [Fact]
    public void Read_InodeAndBacklog_AreThoseOfTheSockets() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        shards.Attach(Shards.Port()).Run(
            spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000", "udp4,127.0.0.1,7000", "tcp6,::1,7000", "udp6,::1,7000",
            "tcp4,127.0.0.1,7001");

        var sockets = SockDiag.Bound().ToDictionary(socket => socket.Cookie);
        var outcomes = shards.Outcomes();
        Assert.Equal(8, outcomes.Count);
        Assert.All(outcomes, outcome =>
        {
            var socket = outcome.ToOutcome(null).Socket!;
            Assert.Equal(sockets[outcome.Cookie].Inode, socket.Inode);
            Assert.Equal(outcome.Kind == ShardingKind.Listen ? 16 : null, socket.Backlog);
        });
    });

    [Fact]
    public void Read_LayoutOfTheKernelIsUnknown_InodeAndBacklogAreToo() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards(default(KernelLayout));
        var worker = shards.Attach(Shards.Port()).Start(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        ShardedGroup.Lines(worker);
        var outcomes = shards.Outcomes();
        Assert.Equal([ShardingKind.Bind, ShardingKind.Listen], outcomes.Select(outcome => outcome.Kind));
        Assert.All(outcomes, outcome => Assert.Equal((0ul, null), (outcome.Inode, outcome.Backlog)));
        Assert.All(outcomes, outcome => Assert.Equal((uint)worker.Pid, outcome.Pid));
    });

    /// <summary>As where lockdown(7) forbids programs to read the kernel's memory.</summary>
    [Fact]
    public void Read_OnlyTheFunctionsOfTheKernelAreKnown_BindsAreTold() => OwnNetwork.Run(spawner =>
    {
        var known = KernelLayout.OfThisKernel();
        using var shards = new Shards(new KernelLayout { Sock = known.Sock, Bind4 = known.Bind4, Bind6 = known.Bind6 });
        shards.Attach(Shards.Port()).Run(spawner, "binds-oddly-static", "raw", "udp4,127.0.0.1,7000", "udp4,127.0.0.1,7000");
        var outcomes = shards.Outcomes();
        Assert.Equal(2, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal((true, 0ul), (outcome.Matched, outcome.Inode)));
    });

    [Fact]
    public void Read_EpollWaits_IsWokenByAnOutcome() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        using var epoll = new Epoll();
        Assert.Equal(Errno.None, epoll.Add(shards.Programs.Outcomes.Descriptor, EpollEvents.Readable, 1));
        Assert.True(epoll.Wait(TimeSpan.Zero).IsEmpty);

        shards.Attach(Shards.Port()).Start(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        Assert.Equal(1, epoll.Wait(Deadline.Patience).Length);
        Deadline.Until(() => shards.Outcomes().Count > 0, "an outcome");
    });

    [Fact]
    public void Read_SpanOfOne_MovesOneAtATime() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        shards.Attach(Shards.Port()).Run(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        var one = new ShardingOutcome[1];
        Assert.Equal(1, shards.Programs.Outcomes.Read(one));
        Assert.Equal(ShardingKind.Bind, one[0].Kind);
        Assert.Equal(1, shards.Programs.Outcomes.Read(one));
        Assert.Equal(ShardingKind.Listen, one[0].Kind);
        Assert.Equal(0, shards.Programs.Outcomes.Read(one));
    });

    [Fact]
    public void Read_TwoWorkersAtOnce_IdentitiesAreNotMixed() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var workers = shards.Attach(Shards.Port(), 2)
            .Select(group => group.Start(spawner, "binds-oddly-static", "flood", "200")).ToArray();
        foreach (var worker in workers) ShardedGroup.Lines(worker);

        var outcomes = shards.Outcomes();
        Assert.Equal(400, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal((uint)workers[outcome.Worker - 1].Pid, outcome.Pid));
    });

    [Fact]
    public void Read_Flood_IsCountedAndOthersAreHeard() => OwnNetwork.Run(spawner =>
    {
        const int flood = 100_000;
        using var shards = new Shards();
        var groups = shards.Attach(Shards.Port(), 2);
        var worker = groups[0].Start(spawner, "binds-oddly-static", "flood", $"{flood}");
        var outcomes = new List<ShardingOutcome>();
        for (var quiet = 0; quiet < 20; quiet++)
        {
            groups[1].Run(spawner, "binds-static", "tcp4,127.0.0.1,7000");
            outcomes.AddRange(shards.Outcomes());
        }

        ShardedGroup.Lines(worker);
        outcomes.AddRange(shards.Outcomes());
        Assert.Equal(40, outcomes.Count(outcome => outcome.Worker == 2));
        Assert.All(outcomes, outcome => Assert.True(outcome.Worker == 1 || outcome.Lost == 0));
        var told = outcomes.Where(outcome => outcome is { Worker: 1, Kind: ShardingKind.Bind }).ToArray();
        var lost = told.Sum(outcome => (long)outcome.Lost) + (long)shards.Programs.Read(groups[0].Directory.Id)!.Value.Lost;
        Assert.Equal(flood, told.Length + lost);
        Assert.InRange(told.Length, Burst, flood / 10);
        Assert.Contains(outcomes, outcome => outcome is { Worker: 1, Kind: ShardingKind.Lost });
    });

    [Fact]
    public void Read_NothingIsRead_ManyFloodsLeaveRoomForOthers() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var floods = shards.Attach(Shards.Port(), 20)
            .Select(group => group.Start(spawner, "binds-oddly-static", "flood", "1000")).ToArray();
        foreach (var worker in floods) ShardedGroup.Lines(worker);

        shards.Attach(Shards.Port()).Run(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        var quiet = shards.Outcomes().Where(outcome => outcome.Worker == 21).ToArray();
        Assert.Equal([ShardingKind.Bind, ShardingKind.Listen], quiet.Select(outcome => outcome.Kind));
    });
}
