using System.Globalization;
using Linux.Tests.Harness;
using Linux.Tests.Steering;

namespace Linux.Tests.Sharding;

/// <summary>The process of an outcome, where the daemon is not in the first pid namespace.</summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingProcessTests
{
    [Fact]
    public void Read_DaemonInAPidNamespace_TheProcessHasItsNumberThere() => OwnPidNamespace.Run(() => OwnNetwork.Run(spawner =>
    {
        Assert.NotEqual(0u, KernelLayout.OfThisKernel().PidNamespace);
        using var shards = new Shards();
        var worker = shards.Attach(Shards.Port()).Start(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        ShardedGroup.Lines(worker);
        Assert.InRange(worker.Pid, 2, 100);
        var outcomes = shards.Outcomes();
        Assert.Equal([ShardingKind.Bind, ShardingKind.Listen], outcomes.Select(outcome => outcome.Kind));
        Assert.All(outcomes, outcome => Assert.Equal((uint)worker.Pid, outcome.Pid));
    }));

    [Fact]
    public void Read_ProcessInANamespaceBelow_HasTheNumberThatTheDaemonSees() =>
        OwnPidNamespace.Run(() => OwnNetwork.Run(BindsInANamespaceBelow));

    [Fact]
    public void Read_DaemonInTheFirstNamespaceAndProcessBelow_HasTheNumberThatTheDaemonSees() =>
        OwnNetwork.Run(BindsInANamespaceBelow);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Read_ProcessThatTheDaemonCannotSee_HasNoNumber(bool isLayoutKnown) => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards((isLayoutKnown ? KernelLayout.OfThisKernel() : default) with { PidNamespace = 1 });
        shards.Attach(Shards.Port()).Run(spawner, "binds-static", "tcp4,127.0.0.1,7000");
        var outcomes = shards.Outcomes();
        Assert.Equal(2, outcomes.Count);
        Assert.All(outcomes, outcome => Assert.Equal((1ul, 0u), (outcome.Worker, outcome.Pid)));
    });

    private static void BindsInANamespaceBelow(Spawner spawner)
    {
        using var shards = new Shards();
        var program = TestPrograms.Path("binds-static");
        var worker = shards.Attach(Shards.Port()).Start(
            spawner, "/usr/bin/unshare", "--pid", "--fork", "--kill-child", program, "tcp4,127.0.0.1,7000");
        ShardedGroup.Lines(worker);
        var outcomes = shards.Outcomes();
        Assert.Equal(2, outcomes.Count);
        Assert.All(
            outcomes,
            outcome => Assert.Equal(
                worker.Pid.ToString(CultureInfo.InvariantCulture), ProcText.Status((int)outcome.Pid, "PPid")));
    }
}
