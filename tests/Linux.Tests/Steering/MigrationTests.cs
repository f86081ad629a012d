using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests.Steering;

[Collection(ProgramsOfTheKernel.Name)]
public sealed class MigrationTests
{
    [Fact]
    public void Provide_Off_IsTurnedOnOnce() => OwnNetwork.Run(() =>
    {
        Root.Require();
        Assert.Equal(false, MigrationSetting.Read());
        Assert.Equal(new MigrationOutcome(IsOn: false, Changed: false, Errno.None), MigrationSetting.Provide(mayChange: false));
        Assert.Equal(new MigrationOutcome(IsOn: true, Changed: true, Errno.None), MigrationSetting.Provide());
        Assert.True(MigrationSetting.IsOn);
        Assert.Equal(new MigrationOutcome(IsOn: true, Changed: false, Errno.None), MigrationSetting.Provide());
    });

    [Fact]
    public void Provide_UnprivilegedUser_HasAReason() => OwnNetwork.Run(() => OrdinaryUser.OnThisThread(() =>
        Assert.Equal(new MigrationOutcome(IsOn: false, Changed: false, Errno.AccessDenied), MigrationSetting.Provide())));

    [Fact]
    public void Probe_WithoutTheSetting_ConnectionsAreLost() => OwnNetwork.Run(() =>
    {
        Assert.Equal(MigrationEffect.Lost, MigrationWake.Probe(program: null, out var errno));
        Assert.Equal(Errno.None, errno);
    });

    /// <summary>Every kernel moves the connections. Some kernels do not wake the new process.</summary>
    [Fact]
    public void Probe_WithTheSetting_ConnectionsAreHandedOn() => OwnNetwork.Run(() =>
    {
        Root.Require();
        MigrationSetting.Provide();
        Assert.NotEqual(MigrationEffect.Lost, Assert.NotNull(MigrationWake.Probe(program: null, out _)));
    });

    [Fact]
    public void Probe_WithTheProgram_ConnectionsAreHandedOnWithoutTheSetting() => OwnNetwork.Run(() =>
    {
        Need.Program();
        using var program = SteeringProgram.Load(1, out _);
        Assert.NotEqual(MigrationEffect.Lost, Assert.NotNull(MigrationWake.Probe(program, out _)));
        Assert.Equal(false, MigrationSetting.Read());
    });

    [Fact]
    public void Rescue_NoSteeringWithTheSetting_LeavesAndRejoinsTheGroup() => OwnNetwork.Run(() =>
    {
        Root.Require();
        using var port = new SharedPort();
        var listeners = port.Open(4);
        using var steering = port.Steer(SteeringKind.None, Balance.Default);
        SharedPort.JoinAll(steering, listeners);
        Assert.Equal(Errno.NotSupported, steering.Rescue(0, out _));
        MigrationSetting.Provide();
        var clients = port.Connect(200);

        Assert.Equal(Errno.NotSupported, steering.Leave(0));
        Assert.Equal(Errno.None, steering.Rescue(0, out var waited));
        Assert.InRange(waited, 20, 100);
        clients.AddRange(port.Connect(100));
        Assert.Equal(300, listeners[1..].Sum(SharedPort.Drain));
        Assert.Equal(Errno.None, steering.Rejoin(0));
        clients.AddRange(port.Connect(100));
        Assert.InRange(SharedPort.Drain(listeners[0]), 5, 60);
        Assert.Equal(
            4096u,
            SockDiag.Serving().Where(socket => socket.Port == SharedPort.Port)
                .Select(socket => socket.WriteQueue).Distinct().Single());
    });

    /// <summary>As on Linux 5.10, which has the setting without its effect.</summary>
    [Theory]
    [InlineData("None")]
    [InlineData("Classic")]
    public void Rescue_KernelResetsQueues_LeavesTheQueueAlone(string kind) => OwnNetwork.Run(() =>
    {
        Root.Require();
        MigrationSetting.Provide();
        using var port = new SharedPort();
        var listeners = port.Open(2);
        using var steering = new SteeringMode(Enum.Parse<SteeringKind>(kind), "", KeepsQueues: false)
            .Steer(port.Key, Balance.Default, 2);
        SharedPort.JoinAll(steering, listeners);
        port.Connect(100);
        Assert.Equal(Errno.NotSupported, steering.Rescue(0, out _));
        Assert.InRange(SharedPort.Drain(listeners[0]), 10, 90);
    });

    [Fact]
    public void Probe_AsRoot_ChoosesTheProgram()
    {
        Need.Program();
        Assert.Equal(new SteeringMode(SteeringKind.Program, ""), SteeringMode.Probe());
    }
}
