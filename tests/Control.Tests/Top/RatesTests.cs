using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Top;

namespace Control.Tests.Top;

public sealed class RatesTests
{
    /// <summary>The worker as the daemon reports it at a time, in seconds.</summary>
    private static WorkerStatus At(double time, double cpu, ulong? given = null) => Given.Worker("web@0") with
    {
        Uptime = time, CpuSeconds = cpu, CpuPercent = 7, Given = given,
    };

    private static StatusDocument Status(double time, WorkerStatus worker) => Given.Status(worker) with { Uptime = time };

    [Fact]
    public void After_FirstLook_HasTheMeanOfTheProcess()
    {
        var worker = At(100, 3, given: 50);
        var rates = Rates.None.After(Status(1000, worker));
        Assert.Equal((7d, null), (rates.CpuOf(worker), rates.NewConnectionsOf(worker)));
    }

    [Theory]
    [InlineData(102, 4, 70, 50, 10)]
    [InlineData(101, 3, 50, 0, 0)]
    [InlineData(100.5, 4.5, 51, 300, 2)]
    public void After_SecondLook_IsTheDifference(double time, double cpu, int given, double percent, double connections)
    {
        var worker = At(time, cpu, (ulong)given);
        var rates = Rates.None.After(Status(1000, At(100, 3, 50))).After(Status(900 + time, worker));
        Assert.Equal(percent, rates.CpuOf(worker)!.Value, 6);
        Assert.Equal(connections, rates.NewConnectionsOf(worker)!.Value, 6);
    }

    [Fact]
    public void After_LookThatFollowsAtOnce_KeepsTheRates()
    {
        var rates = Rates.None.After(Status(1000, At(100, 3))).After(Status(1001, At(101, 4)));
        Assert.Same(rates, rates.After(Status(1001.1, At(101.1, 4.1))));
        Assert.Equal(50, rates.After(Status(1003, At(103, 5))).CpuOf(At(103, 5))!.Value, 6);
    }

    /// <summary>Another process, or another daemon with new counters.</summary>
    [Fact]
    public void After_OtherProcess_HasItsMean()
    {
        var first = Rates.None.After(Status(1000, At(100, 3)));
        var replaced = At(1, 0.1) with { Pid = 4243, Generation = 2 };
        Assert.Equal(7, first.After(Status(1002, replaced)).CpuOf(replaced));
        var sameNumber = At(1, 0.1);
        Assert.Equal(7, first.After(Status(1002, sameNumber)).CpuOf(sameNumber));
    }

    [Fact]
    public void After_OtherDaemon_HasNoNegativeRates()
    {
        var worker = At(102, 3.5, given: 4);
        var rates = Rates.None.After(Status(1000, At(100, 3, 50))).After(Status(2, worker));
        Assert.Equal((25d, null), (rates.CpuOf(worker), rates.NewConnectionsOf(worker)));
    }

    [Fact]
    public void CpuOf_WorkerWithoutAProcess_IsNothing()
    {
        var ended = At(0, 0) with { Pid = null, CpuPercent = null, Uptime = null };
        Assert.Null(Rates.None.After(Status(1000, ended)).CpuOf(ended));
    }
}
