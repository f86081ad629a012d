using System.Globalization;
using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

/// <summary>Options that the programs set at bind(2). The programs that bind are static: no library can be in them.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingBindTests
{
    private const string InUse = "98";
    private const string NoDevice = "19"; // EPERM before Linux 6.1

    [Theory]
    [InlineData("tcp4,127.0.0.1,7000")]
    [InlineData("tcp4,0.0.0.0,7000")]
    [InlineData("tcp6,::1,7000")]
    [InlineData("tcp6,::,7000")]
    [InlineData("tcp6,::ffff:127.0.0.1,7000")]
    [InlineData("udp4,127.0.0.1,7000")]
    [InlineData("udp6,::1,7000")]
    public void Attach_ThreeStaticPrograms_ShareOnePort(string endpoint) => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var line = $"bound {endpoint.Replace(',', ' ')}";
        foreach (var group in shards.Attach(Shards.Port(), 3)) Assert.Equal([line], group.Run(spawner, "binds-static", endpoint));

        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", endpoint));
        Assert.EndsWith($": {InUse}", Assert.Single(ShardedGroup.Lines(outside)), StringComparison.Ordinal);
    });

    [Theory]
    [InlineData("tcp4,127.0.0.1,7000")]
    [InlineData("tcp6,::1,7000")]
    [InlineData("udp4,127.0.0.1,7000")]
    public void Attach_OptionClearedAndSystemCall_SharesThePort(string endpoint) => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        foreach (var group in shards.Attach(Shards.Port(), 2))
            Assert.Equal(["bound 7000 1"], group.Run(spawner, "binds-oddly-static", "raw", endpoint));
    });

    [Fact]
    public void Attach_ProcessInAGroupBelow_SharesThePort() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        foreach (var group in shards.Attach(Shards.Port(), 2))
        {
            Assert.Equal(Errno.None, group.Directory.Make("below"));
            using (var below = group.Directory.OpenGroup("below", out _))
            using (var worker = TestWorker.Start(
                spawner, TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000") with { Cgroup = below }))
            {
                Assert.Equal(["bound tcp4 127.0.0.1 7000"], ShardedGroup.Lines(worker));
                Assert.Equal([group.Number, group.Number], shards.Outcomes().Select(outcome => outcome.Worker));
            }

            Deadline.Until(() => group.Directory.Remove("below") == Errno.None, "the group below is empty");
        }
    });

    [Fact]
    public void Attach_SetUidProgram_SharesThePort() => OwnNetwork.Run(spawner =>
    {
        using var folder = new TemporaryFolder();
        var program = folder.Copy(TestPrograms.Path("binds-static"), "binds-set-uid", "4755");
        using var shards = new Shards();
        foreach (var group in shards.Attach(Shards.Port(), 2))
        {
            var worker = group.Start(spawner, AsNobody(TestWorker.Request(program, "tcp4,127.0.0.1,7000")));
            Assert.Equal(["bound tcp4 127.0.0.1 7000"], ShardedGroup.Lines(worker));
            Assert.StartsWith("65534 0 0", ProcText.Status(worker.Pid, "Uid"), StringComparison.Ordinal);
        }
    });

    [Theory]
    [InlineData("tcp4,127.0.0.1,7001", "7000", "")]
    [InlineData("tcp4,127.0.0.1,7000", "6000-6999", "")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "127.0.0.2")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "10.0.0.0/8,::1,::/0")]
    [InlineData("tcp6,::1,7000", "7000", "127.0.0.1,0.0.0.0/0")]
    [InlineData("tcp6,::ffff:127.0.0.1,7000", "7000", "127.0.0.2")]
    public void Attach_NotListed_StaysUnshared(string endpoint, string ports, string addresses) =>
        Assert.Equal("failed", SecondOf(endpoint, ports, addresses));

    [Theory]
    [InlineData("tcp4,127.0.0.1,7000", "6998,6999-7001", "")]
    [InlineData("tcp4,127.0.0.1,65535", "", "")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "10.0.0.0/8,127.0.0.1")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "127.0.0.0/8")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "::ffff:127.0.0.1")]
    [InlineData("tcp4,127.0.0.1,7000", "7000", "0.0.0.0/0")]
    [InlineData("tcp6,::1,7000", "7000", "::/0")]
    [InlineData("tcp6,::1,7000", "7000", "::0/120")]
    [InlineData("tcp6,::ffff:127.0.0.1,7000", "7000", "127.0.0.0/31")]
    public void Attach_Listed_Shares(string endpoint, string ports, string addresses) =>
        Assert.Equal("bound", SecondOf(endpoint, ports, addresses));

    [Fact]
    public void Attach_OptionsByTheSettings_AreSetClearedOrLeft() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var left = shards.Attach(Shards.Port() with { ReusePort = OptionSetting.System });
        Assert.Equal(["bound 7000 0"], left.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
        var both = shards.Attach(Shards.Port(7001) with { ReuseAddress = OptionSetting.Set });
        Assert.Equal(["bound 7001 1"], both.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7001"));
        var cleared = shards.Attach(Shards.Port(7002) with { ReusePort = OptionSetting.Clear });
        Assert.Equal(["socket", "ready"], FirstWords(cleared.Start(spawner, "shares-static", "a", "tcp4,127.0.0.1,7002"), 2));

        var binds = shards.Outcomes().Where(outcome => outcome.Kind == ShardingKind.Bind).ToArray();
        Assert.Equal([OptionSetting.System, OptionSetting.Set, OptionSetting.Clear], binds.Select(bind => bind.ReusePort));
        Assert.Equal([OptionSetting.System, OptionSetting.Set, OptionSetting.System], binds.Select(bind => bind.ReuseAddress));
    });

    [Fact]
    public void Attach_RetryOnAnUnlistedPort_HasItsFormerOptions() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));

        var lines = shards.Attach(Shards.Port()).Run(
            spawner, "binds-oddly-static", "retry", "tcp4,127.0.0.1,7000", "tcp4,127.0.0.1,7001");
        Assert.Equal([$"failed {InUse}", "bound 7001 0"], lines);
    });

    /// <summary>More sockets than SHARE_SLOTS of Native/Sharding/share_maps.h.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attach_ManyRetriesOnUnlistedPorts_HaveTheirFormerOptions(bool isLayoutKnown) => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards(isLayoutKnown ? KernelLayout.OfThisKernel() : default);
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "udp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        Assert.Equal(["retried 700 700 0"], shards.Attach(Shards.Port()).Run(spawner, "binds-oddly-static", "retry-many", "700"));
    });

    [Fact]
    public void Attach_DeviceThatIsMissing_FailsTheBind() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var group = shards.Attach(Shards.Port() with { Interface = "nowhere0" });
        var lines = group.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000", "tcp4,127.0.0.1,7001");
        Assert.Equal([$"failed {NoDevice}", "bound 7001 0"], lines);
    });

    [Fact]
    public void Attach_Device_IsSetForAnOrdinaryUserAlsoAgain() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        using var outside = TestWorker.Start(spawner, TestWorker.Request("binds-static", "tcp4,127.0.0.1,7000"));
        Assert.Single(ShardedGroup.Lines(outside));
        var group = shards.Attach(Shards.Spec(new PortRange(7000, 7001)) with { Interface = "lo" });
        var request = TestWorker.Request("binds-oddly-static", "retry", "tcp4,127.0.0.1,7000", "tcp4,127.0.0.1,7001");
        Assert.Equal([$"failed {InUse}", "bound 7001 1"], ShardedGroup.Lines(group.Start(spawner, AsNobody(request))));
        Assert.True(shards.Outcomes()[0].IsConfined);
        Assert.Equal(1u, SockDiag.Bound().Single(socket => socket.Port == 7001).Device);
    });

    [Theory]
    [InlineData(true, 81, "bound")]
    [InlineData(true, 82, "failed")]
    [InlineData(false, 81, "failed")]
    public void Attach_PrivilegedPortOfAnOrdinaryUser_NeedsTheSetting(bool isAllowed, int port, string word) =>
        OwnNetwork.Run(spawner =>
        {
            using var shards = new Shards();
            foreach (var number in (int[])[0, 1])
            {
                var group = shards.Attach(Shards.Port(81), isAllowed);
                var request = AsNobody(TestWorker.Request("binds-oddly-static", "raw", $"tcp4,127.0.0.1,{port}"));
                var line = Assert.Single(ShardedGroup.Lines(group.Start(spawner, request)));
                Assert.StartsWith(word, line, StringComparison.Ordinal);
            }
        });

    private static string SecondOf(string endpoint, string ports, string addresses)
    {
        var line = "";
        OwnNetwork.Run(spawner =>
        {
            using var shards = new Shards();
            var spec = Shards.Spec([.. Split(ports).Select(Range)]) with { Addresses = [.. Split(addresses)] };
            var groups = shards.Attach(spec, 2);
            Assert.StartsWith("bound", groups[0].Run(spawner, "binds-static", endpoint)[0], StringComparison.Ordinal);
            line = groups[1].Run(spawner, "binds-static", endpoint)[0];
        });
        return line.Split(' ')[0];
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static PortRange Range(string text)
    {
        var ends = text.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
        return new PortRange(ends[0], ends[^1]);
    }

    private static string[] FirstWords(TestWorker worker, int lines) =>
        [.. Enumerable.Range(0, lines).Select(_ => worker.Out!.ReadLine()!.Split(' ')[0])];

    private static SpawnRequest AsNobody(SpawnRequest request) =>
        request with { Identity = new Identity(OrdinaryUser.Number, OrdinaryUser.Number, []) };
}
