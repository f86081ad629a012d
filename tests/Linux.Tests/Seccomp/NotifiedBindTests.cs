using Linux.Tests.Harness;
using Linux.Tests.Sharding;
using Reuseportd.Model;

namespace Linux.Tests.Seccomp;

/// <summary>Options that the daemon sets on the sockets of static programs, into which no library can be put.</summary>
[Collection(Listeners.Name)]
public sealed class NotifiedBindTests
{
    private const string InUse = "98";
    private const string NoDevice = "19";
    private const string Denied = "13";

    private static readonly Capability NetBind = Capability.TryParse("net_bind_service")!.Value;

    [Theory]
    [InlineData("tcp4,127.0.0.1,7000")]
    [InlineData("tcp4,0.0.0.0,7000")]
    [InlineData("tcp6,::1,7000")]
    [InlineData("tcp6,::,7000")]
    [InlineData("tcp6,::ffff:127.0.0.1,7000")]
    [InlineData("udp4,127.0.0.1,7000")]
    [InlineData("udp6,::1,7000")]
    public void Add_ThreeStaticPrograms_ShareOnePort(string endpoint) => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        var line = $"bound {endpoint.Replace(',', ' ')}";
        for (var number = 0; number < 3; number++) Assert.Equal([line], service.Run(spawner, "binds-static", endpoint));

        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", endpoint));
        Assert.EndsWith($": {InUse}", Assert.Single(ShardedGroup.Lines(outside)), StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("tcp4,127.0.0.1,7000")]
    [InlineData("udp6,::1,7000")]
    public void Add_OptionClearedAndSystemCall_SharesThePort(string endpoint) => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port());
        for (var number = 0; number < 2; number++)
            Assert.Equal(["bound 7000 1"], service.Run(spawner, "binds-oddly-static", "raw", endpoint));
    });

    [Fact]
    public void Add_OrdinaryDaemonWithoutCapabilities_SharesThePort() => OwnNetwork.Run(() => OrdinaryUser.OnThisThread(() =>
    {
        using var spawner = new Spawner();
        using var service = new NotifiedService(Shards.Port());
        for (var number = 0; number < 3; number++)
        {
            var worker = service.Start(spawner, "binds-static", "tcp4,127.0.0.1,7000", "udp6,::1,7000");
            Assert.Equal(["bound tcp4 127.0.0.1 7000", "bound udp6 ::1 7000"], ShardedGroup.Lines(worker));
            Assert.Equal("1", ProcText.Status(worker.Pid, "NoNewPrivs"));
        }
    }));

    [Theory]
    [InlineData("tcp4,127.0.0.1,7001", "7000", "")]
    [InlineData("tcp4,127.0.0.1,7000", "6000-6999", "")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "127.0.0.2")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "10.0.0.0/8,::1,::/0")]
    [InlineData("tcp6,::1,7000", "7000", "127.0.0.1,0.0.0.0/0")]
    [InlineData("tcp6,::ffff:127.0.0.1,7000", "7000", "127.0.0.2")]
    public void Add_NotListed_StaysUnshared(string endpoint, string ports, string addresses) =>
        Assert.Equal("failed", SecondOf(endpoint, ports, addresses));

    [Theory]
    [InlineData("tcp4,127.0.0.1,7000", "6998,6999-7001", "")]
    [InlineData("tcp4,127.0.0.1,65535", "", "")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "10.0.0.0/8,127.0.0.1")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "::ffff:127.0.0.1")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "0.0.0.0/0")]
    [InlineData("tcp6,::1,7000", "7000", "::/0")]
    [InlineData("tcp6,::ffff:127.0.0.1,7000", "7000", "127.0.0.0/31")]
    public void Add_Listed_Shares(string endpoint, string ports, string addresses) =>
        Assert.Equal("bound", SecondOf(endpoint, ports, addresses));

    [Fact]
    public void Add_OptionsByTheSettings_AreSetClearedOrLeft() => OwnNetwork.Run(spawner =>
    {
        Assert.Equal((0, OptionSetting.System, OptionSetting.System), OptionsOf(spawner, Shards.Port() with
        {
            ReusePort = OptionSetting.System,
        }));
        Assert.Equal((1, OptionSetting.Set, OptionSetting.Set), OptionsOf(spawner, Shards.Port() with
        {
            ReuseAddress = OptionSetting.Set,
        }));
        using var cleared = new NotifiedService(Shards.Port(7002) with { ReusePort = OptionSetting.Clear });
        var server = cleared.Start(spawner, "shares-static", "a", "tcp4,127.0.0.1,7002");
        Assert.StartsWith("socket", server.Out!.ReadLine(), StringComparison.Ordinal);
        Assert.Equal(OptionSetting.Clear, cleared.Outcomes.First().Socket!.ReusePort);
    });

    [Fact]
    public void Add_RetryOnAnUnlistedPort_HasItsFormerOptions() => OwnNetwork.Run(spawner =>
    {
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        using var service = new NotifiedService(Shards.Port());
        var lines = service.Run(spawner, "binds-oddly-static", "retry", "tcp4,127.0.0.1,7000", "tcp4,127.0.0.1,7001");
        Assert.Equal([$"failed {InUse}", "bound 7001 0"], lines);
    });

    [Fact]
    public void Add_DeviceThatIsMissing_FailsTheBind() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port() with { Interface = "nowhere0" });
        var lines = service.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000", "tcp4,127.0.0.1,7001");
        Assert.Equal([$"failed {NoDevice}", "bound 7001 0"], lines);
        var error = service.Outcomes.First();
        Assert.Equal((OutcomeKind.Error, "SO_BINDTODEVICE", "ENODEV"), (error.Kind, error.Subject, error.Result));
    });

    [Fact]
    public void Add_DeviceOfAnOrdinaryUser_IsSet() => OwnNetwork.Run(spawner =>
    {
        using var service = new NotifiedService(Shards.Port() with { Interface = "lo" });
        var request = TestWorker.Request("binds-oddly-static", "raw", "tcp4,127.0.0.1,7000");
        Assert.Equal(["bound 7000 1"], service.Run(spawner, NotifiedService.AsNobody(request)));
        Assert.Equal("lo", service.Outcomes.First().Socket!.Device);
        Assert.Equal(1u, SockDiag.Bound().Single(socket => socket.Port == 7000).Device);
    });

    [Theory]
    [InlineData(false, false, $"failed {Denied}")]
    [InlineData(false, true, "bound 81 1")]
    [InlineData(true, false, "bound 81 1")]
    public void Add_PrivilegedPort_NeedsTheCapabilityOfTheProcess(bool isRoot, bool hasCapability, string expected) =>
        OwnNetwork.Run(spawner =>
        {
            using var service = new NotifiedService(Shards.Port(81));
            var request = TestWorker.Request("binds-oddly-static", "raw", "tcp4,127.0.0.1,81");
            if (!isRoot) request = NotifiedService.AsNobody(request);
            if (hasCapability) request = request with { AmbientCapabilities = [NetBind] };
            for (var number = 0; number < 2; number++) Assert.Equal([expected], service.Run(spawner, request));
            var outcome = service.Outcomes.First();
            Assert.Equal(expected.StartsWith('f') ? "EACCES" : "ok", outcome.Result);
        });

    [Theory]
    [InlineData(false, "65534 0 0 0")]
    [InlineData(true, "65534 65534 65534 65534")]
    public void Add_SetUidProgram_SharesThePort(bool noNewPrivileges, string ids) => OwnNetwork.Run(spawner =>
    {
        using var folder = new TemporaryFolder();
        var program = folder.Copy(TestPrograms.Path("binds-static"), "binds-set-uid", "4755");
        using var service = new NotifiedService(Shards.Port());
        for (var number = 0; number < 2; number++)
        {
            var request = NotifiedService.AsNobody(TestWorker.Request(program, "tcp4,127.0.0.1,7000"));
            var worker = service.Start(spawner, request with { NoNewPrivileges = noNewPrivileges });
            Assert.Equal(["bound tcp4 127.0.0.1 7000"], ShardedGroup.Lines(worker));
            Assert.Equal(ids, ProcText.Status(worker.Pid, "Uid"));
        }
    });

    private static (int Option, OptionSetting ReusePort, OptionSetting ReuseAddress) OptionsOf(
        Spawner spawner, ReuseportSpec spec)
    {
        using var service = new NotifiedService(spec);
        var line = Assert.Single(service.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
        var socket = service.Outcomes.First().Socket!;
        return (line[^1] - '0', socket.ReusePort, socket.ReuseAddress);
    }

    private static string SecondOf(string endpoint, string ports, string addresses)
    {
        var line = "";
        OwnNetwork.Run(spawner =>
        {
            var spec = Shards.Spec([.. Split(ports).Select(Range)]) with { Addresses = [.. Split(addresses)] };
            using var service = new NotifiedService(spec);
            Assert.StartsWith("bound", service.Run(spawner, "binds-static", endpoint)[0], StringComparison.Ordinal);
            line = service.Run(spawner, "binds-static", endpoint)[0];
        });
        return line.Split(' ')[0];
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static PortRange Range(string text)
    {
        var ends = text.Split('-').Select(end => int.Parse(end, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return new PortRange(ends[0], ends[^1]);
    }
}
