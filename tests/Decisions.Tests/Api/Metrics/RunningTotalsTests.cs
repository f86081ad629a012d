using Reuseportd.Api.Metrics;
using Reuseportd.Model;

namespace Decisions.Tests.Api.Metrics;

public sealed class RunningTotalsTests
{
    private static readonly WorkerName Web = new("web", 0);
    private readonly RunningTotals _totals = new();

    [Fact]
    public void Of_NextProcess_AddsToTheFormer()
    {
        Assert.Equal(5, Read((100, 5)));
        Assert.Equal(6, Read((100, 5), (101, 1)));
        Assert.Equal(7, Read((101, 2)));
        Assert.Equal(7, Read());
    }

    [Fact]
    public void Of_ReadingGoesBack_DoesNot()
    {
        Read((100, 5));
        Assert.Equal(5, Read((100, 4)));
    }

    [Fact]
    public void Of_CounterCannotBeRead_KeepsItAndCountsItOnce()
    {
        Read((100, 5));
        Assert.Equal(5, _totals.Of(Web, [], _ => false));
        Assert.Equal([100UL], _totals.PresentOf(Web));
        Assert.Equal(6, Read((100, 6)));
    }

    [Fact]
    public void Restore_GoesOnWithProcessesThatStillRun()
    {
        Read((100, 5));
        Read((101, 2));
        var next = new RunningTotals();
        next.Restore(_totals.Save());
        Assert.Equal(8, next.Of(Web, [(101, 3)], number => number != 101));
    }

    [Fact]
    public void Keep_WorkerIsGone_ItsSumGoesOn()
    {
        Read((100, 5));
        _totals.Keep(_ => false, new HashSet<string> { "web" });
        Assert.Equal([Web], _totals.Workers);
        Assert.Empty(_totals.PresentOf(Web));
        Assert.Equal(5, _totals.Of(Web));
        Assert.Equal(6, Read((101, 1)));
    }

    [Fact]
    public void Keep_ServiceIsGone_BeginsAnew()
    {
        Read((100, 5));
        _totals.Keep(_ => false, new HashSet<string>());
        Assert.Equal(0, _totals.Of(Web));
        Assert.Equal(1, Read((101, 1)));
    }

    /// <summary>Random processes come, count, cannot be read, and go: the sum never falls, and counts each once.</summary>
    [Fact]
    public void Of_RandomProcesses_NeverFallsAndIsExact()
    {
        var random = new Random(7);
        Dictionary<ulong, double> processes = [];
        ulong next = 0;
        double last = 0, ended = 0;
        for (var step = 0; step < 10_000; step++)
        {
            if (random.Next(4) == 0) processes[next++] = 0;
            if (processes.Count > 3 && processes.Remove(processes.Keys.Min(), out var value)) ended += value;
            (ulong, double)[] read = [.. Readings().Where(_ => random.Next(3) > 0)];
            var sum = _totals.Of(Web, read, number => !processes.ContainsKey(number));
            Assert.True(sum >= last);
            foreach (var number in processes.Keys.ToArray()) processes[number] += random.Next(10);
            last = _totals.Of(Web, [.. Readings()], number => !processes.ContainsKey(number));
            Assert.Equal(ended + processes.Values.Sum(), last, 6);
        }

        IEnumerable<(ulong, double)> Readings() => processes.Select(one => (one.Key, one.Value));
    }

    /// <summary>A reading in which each counter that is missing is gone.</summary>
    private double Read(params (ulong Number, double Value)[] present) =>
        _totals.Of(Web, present, number => !present.Any(one => one.Number == number));
}
