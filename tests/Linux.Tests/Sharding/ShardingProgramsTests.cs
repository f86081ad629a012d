using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingProgramsTests
{
    [Fact]
    public void Load_OrdinaryUser_TheErrorNamesTheStep() => OrdinaryUser.Run([], _ =>
    {
        Assert.Null(ShardingPrograms.Load(out var error));
        Assert.Equal(new ShardingError("rpd_workers", Errno.NotPermitted), error);
    });

    [Theory]
    [InlineData("rpd_workers", 1, "net_admin")]
    [InlineData("cgroup/bind4", 1, "bpf", "perfmon")]
    [InlineData("cgroup/bind4", 13, "bpf", "net_admin")]
    [InlineData("", 0, "bpf", "net_admin", "perfmon")]
    public void Load_Capabilities_TheMissingOneIsTold(string step, int errno, params string[] names)
    {
        Need.Program();
        OrdinaryUser.Run([.. names.Select(name => Capability.TryParse(name)!.Value)], _ =>
        {
            using var programs = ShardingPrograms.Load(out var error);
            Assert.Equal((step, errno), (error?.Step ?? "", error?.Errno.Number ?? 0));
        });
    }

    [Fact]
    public void Attach_Again_ExistsAndNothingChanges() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var group = shards.Attach(Shards.Port());
        var other = ShardingSettings.From(Shards.Port(7001), privilegedPorts: false);
        Assert.Equal(Errno.Exists, shards.Programs.Attach(group.Directory, other, 9)?.Errno);
        Assert.Equal(1ul, shards.Programs.Read(group.Directory.Id)!.Value.Worker);
        Assert.Equal(["bound 7000 1"], group.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
    });

    [Fact]
    public void Read_GroupWithoutPrograms_IsNull()
    {
        using var shards = new Shards();
        using var group = new ShardedGroup();
        Assert.Null(shards.Programs.Read(group.Directory.Id));
    }

    [Fact]
    public void Dispose_GroupsAndProgramsAreGone_NothingIsLeft() => OwnNetwork.Run(spawner =>
    {
        Need.Program();
        var before = KernelObjects.HeldBy(Environment.ProcessId);
        KernelObjects made;
        using (var shards = new Shards())
        {
            shards.Attach(Shards.Port()).Run(spawner, "binds-static", "tcp4,127.0.0.1,7000");
            made = KernelObjects.HeldBy(Environment.ProcessId).Since(before);
            Assert.InRange(made.Programs.Count, 6, int.MaxValue);
            Assert.InRange(made.Maps.Count, 4, int.MaxValue);
        }

        Deadline.Until(() => !made.AnyLeft(), "nothing is left");
    });

    [Fact]
    public void Attach_ProgramsAreDisposed_TheGroupStillShares() => OwnNetwork.Run(spawner =>
    {
        using var group = new ShardedGroup();
        using (var shards = new Shards())
        {
            var settings = ShardingSettings.From(Shards.Port(), privilegedPorts: false);
            Assert.Null(shards.Programs.Attach(group.Directory, settings, 1));
        }

        Assert.Equal(["bound 7000 1"], group.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
    });

    [Fact]
    public void Attach_ManyDifferentSettings_UnusedOnesAreRemovedAndUsedOnesStay() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var first = shards.Attach(Shards.Port());
        // The kernel frees the storage of a removed group some time later.
        var (port, most) = (8000, 0);
        Deadline.Until(
            () =>
            {
                using var group = new ShardedGroup();
                var settings = ShardingSettings.From(Shards.Port(port++), privilegedPorts: false);
                Assert.Null(shards.Programs.Attach(group.Directory, settings, 2));
                most = Math.Max(most, shards.Programs.SettingsCount);
                return shards.Programs.SettingsCount < most;
            },
            "unused settings are removed");
        Assert.Equal(["bound 7000 1"], first.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
    });

    /// <summary>The kernel removes the storages of ended groups while the daemon reads all.</summary>
    [Fact]
    public void Attach_GroupsEndMeanwhile_UsedSettingsStay() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var first = shards.Attach(Shards.Port());
        for (var port = 8000; port < 9000; port++)
        {
            using var group = new ShardedGroup();
            var settings = ShardingSettings.From(Shards.Port(port), privilegedPorts: false);
            Assert.Null(shards.Programs.Attach(group.Directory, settings, 2));
        }

        Assert.Equal(["bound 7000 1"], first.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
    });

    [Fact]
    public void Resume_SettingsOfTheEarlierProgram_AreUsedAndNotReplaced() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var first = shards.Attach(Shards.Port());
        using var self = Pidfd.Open(Environment.ProcessId, out _)!;
        int[] numbers = [.. shards.Programs.Numbers.Select(number => number < 0 ? number : (int)Libc.PidfdGetFd(self, number))];
        using var resumed = ShardingPrograms.Resume(numbers, out var error);
        Assert.Null(error);
        Assert.Equal(1, resumed!.SettingsCount);
        using var group = new ShardedGroup();
        Assert.Null(resumed.Attach(group.Directory, ShardingSettings.From(Shards.Port(), privilegedPorts: false), 2));
        Assert.Equal(1, resumed.SettingsCount);
        using var other = new ShardedGroup();
        Assert.Null(resumed.Attach(other.Directory, ShardingSettings.From(Shards.Port(7001), privilegedPorts: false), 3));
        foreach (var one in (ShardedGroup[])[first, group])
            Assert.Equal(["bound 7000 1"], one.Run(spawner, "binds-oddly-static", "raw", "tcp4,127.0.0.1,7000"));
    });
}
