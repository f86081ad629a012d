using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

/// <summary>
/// The program of a daemon that has crashed: in a group that grows, or for a daemon that cannot use it.
/// </summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class InheritedProgramTests
{
    public InheritedProgramTests() => Need.Program();

    /// <summary>The daemon ends while sockets move to a program with more places.</summary>
    [Theory]
    [InlineData(2)] // before the first socket has moved
    [InlineData(3)] // before the former program is closed
    public void Join_CrashWhileTheGroupGrows_AllGetEqualShares(int crashAt) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(65);
        SteeredGroup? saved = null;
        var (changes, former) = (0, (ProgramSteering?)null);
        former = new ProgramSteering(port.Key, Balance.RoundRobin, workers: 4, changed: () =>
        {
            saved = CrashedSteering.Duplicate(former!.Save()!);
            if (++changes == crashAt) throw new InvalidOperationException("crash");
        });
        SharedPort.JoinAll(former, listeners[..64]);
        Assert.Throws<InvalidOperationException>(() => former.Join(64, [SharedPort.Of(listeners[64])]));
        Assert.Equal(crashAt == 2 ? 8 : 4, saved!.Numbers.Count);

        var stored = 0;
        using var steering = new ProgramSteering(saved, Balance.RoundRobin, changed: () => stored++);
        for (var slot = 64; slot >= 0; slot--) Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(listeners[slot])]));
        steering.Settle();
        Assert.Equal(crashAt == 2 ? 1 : 0, stored);
        Assert.Equal(4, steering.Save()!.Numbers.Count);
        Assert.All(Given(listeners, port.Connect(130)), count => Assert.Equal(2, count));
    });

    /// <summary>More workers join than the maps have places for, before all others have joined again.</summary>
    [Fact]
    public void Join_GroupGrowsBeforeAllHaveJoined_AllGetEqualShares() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(66);
        var former = CrashedSteering.Begin(port);
        SharedPort.JoinAll(former, listeners[..64]);
        using var steering = CrashedSteering.Resume(former.Save()!);
        foreach (var slot in (int[])[5, 64, 65, .. Enumerable.Range(0, 64).Where(slot => slot != 5)])
            Assert.Equal(Errno.None, steering.Join(slot, [SharedPort.Of(listeners[slot])]));
        steering.Settle();
        Assert.All(Given(listeners, port.Connect(132)), count => Assert.Equal(2, count));
    });

    [Fact]
    public void Join_DescriptorsOfSomethingElse_LoadsAnotherProgram() => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(2);
        using var first = CrashedSteering.Begin(port);
        using var other = CrashedSteering.Begin(port);
        Assert.Equal(Errno.None, first.Join(0, [SharedPort.Of(listeners[0])]));
        Assert.Equal(Errno.None, other.Join(0, [SharedPort.Of(listeners[1])]));
        var (one, two) = (first.Save()!, other.Save()!);
        first.Dispose();
        int[] exchanged = [two.Numbers[0], two.Numbers[1], two.Numbers[3], two.Numbers[2]];
        var mixed = CrashedSteering.Duplicate(two with { Numbers = exchanged });
        using var file = File.OpenHandle("/proc/self/stat");
        var number = (int)file.DangerousGetHandle();
        var files = CrashedSteering.Duplicate(one with { Numbers = [number, number, number, number] });
        other.Dispose();

        foreach (var saved in new[] { mixed, files, one with { Numbers = [-1, -1, -1, -1] } })
        {
            using var steering = new ProgramSteering(saved, Balance.RoundRobin);
            Assert.Null(steering.Save());
            SharedPort.JoinAll(steering, listeners);
            Assert.Equal([10, 10], Given(listeners, port.Connect(20)));
        }
    });

    /// <summary>The next daemon does not steer by a program.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)] // no process of the group is known
    public void End_SlotThatHadLeft_TheKernelsHashServes(bool hasMember) => OwnNetwork.Run(() =>
    {
        using var port = new SharedPort();
        var listeners = port.Open(4);
        var former = CrashedSteering.Begin(port);
        SharedPort.JoinAll(former, listeners);
        former.Leave(0);
        var saved = CrashedSteering.Duplicate(former.Save()!);
        Assert.All(saved.Numbers, number => Assert.True(CrashedSteering.IsProgramOrMap(number)));

        ProgramSteering.End(saved, hasMember ? [SharedPort.Of(listeners[1])] : []).Dispose();
        Assert.All(saved.Numbers, number => Assert.False(CrashedSteering.IsProgramOrMap(number)));
        var counts = Given(listeners, port.Connect(400));
        Assert.Equal(400, counts.Sum());
        Assert.InRange(counts[0], 30, 200);
        using var taken = SharedPort.Of(listeners[1]).Take(out _);
        Assert.Equal(hasMember ? Errno.NotFound : Errno.None, taken!.Detach());
        using var steering = port.Steer(SteeringKind.Program, Balance.RoundRobin);
        SharedPort.JoinAll(steering, listeners);
        Assert.Equal([10, 10, 10, 10], Given(listeners, port.Connect(40)));
    });

    [Fact]
    public void Join_AsOrdinaryUserWithThreeCapabilities_Works() => OwnNetwork.Run(() => OrdinaryUser.OnThisThread(
        () =>
        {
            using var port = new SharedPort();
            var listeners = port.Open(4);
            var former = CrashedSteering.Begin(port);
            SharedPort.JoinAll(former, listeners);
            var saved = former.Save()!;
            using var steering = CrashedSteering.Resume(saved);
            Assert.Equal(saved.Numbers.Count, steering.Save()?.Numbers.Count);
            SharedPort.JoinAll(steering, listeners);
            steering.Settle();
            Assert.Equal([10, 10, 10, 10], Given(listeners, port.Connect(40)));
        },
        [Capability.TryParse("bpf")!.Value, Capability.TryParse("net_admin")!.Value, Capability.TryParse("perfmon")!.Value]));

    private static int[] Given(IReadOnlyList<Socket> listeners, List<Socket> clients)
    {
        Assert.NotEmpty(clients);
        return [.. listeners.Select(SharedPort.Drain)];
    }
}
