using Reuseportd.Api.Metrics;
using Reuseportd.Model;

namespace Decisions.Tests.Api.Metrics;

public sealed class RunningTotalsTests
{
    private static readonly WorkerName Web = new("web", 0);

    [Fact]
    public void Of_NextProcess_AddsToTheFormer()
    {
        var totals = new RunningTotals();
        Assert.Equal(5, totals.Of(Web, [(100, 5)]));
        Assert.Equal(6, totals.Of(Web, [(100, 5), (101, 1)]));
        Assert.Equal(7, totals.Of(Web, [(101, 2)]));
        Assert.Equal(7, totals.Of(Web, []));
    }

    [Fact]
    public void Of_ReadingGoesBack_DoesNot()
    {
        var totals = new RunningTotals();
        totals.Of(Web, [(100, 5)]);
        Assert.Equal(5, totals.Of(Web, [(100, 4)]));
    }

    [Fact]
    public void Restore_GoesOnWithProcessesThatStillRun()
    {
        var totals = new RunningTotals();
        totals.Of(Web, [(100, 5)]);
        totals.Of(Web, [(101, 2)]);
        var next = new RunningTotals();
        next.Restore(totals.Save());
        Assert.Equal(8, next.Of(Web, [(101, 3)]));
    }

    [Fact]
    public void Keep_WorkerIsGone_BeginsAnew()
    {
        var totals = new RunningTotals();
        totals.Of(Web, [(100, 5)]);
        totals.Keep(new HashSet<WorkerName>());
        Assert.Equal(1, totals.Of(Web, [(101, 1)]));
    }

    /// <summary>Random processes come, count and go: the sum never falls, and is that of all that was read.</summary>
    [Fact]
    public void Of_RandomProcesses_NeverFalls()
    {
        var random = new Random(7);
        var totals = new RunningTotals();
        Dictionary<ulong, double> processes = [];
        double last = 0;
        for (var step = 0; step < 10_000; step++)
        {
            if (random.Next(4) == 0) processes[(ulong)random.Next(1000)] = 0;
            if (processes.Count > 3) processes.Remove(processes.Keys.First());
            foreach (var number in processes.Keys.ToArray()) processes[number] += random.NextDouble();
            var sum = totals.Of(Web, [.. processes.Select(one => (one.Key, one.Value))]);
            Assert.True(sum >= last);
            last = sum;
        }
    }
}
