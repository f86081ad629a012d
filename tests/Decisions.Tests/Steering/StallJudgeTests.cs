using CsCheck;
using Reuseportd.Steering;

namespace Decisions.Tests.Steering;

public sealed class StallJudgeTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    [Theory]
    // Queues of the workers, a sample every 50 ms; the verdict with its sample.
    [InlineData("stuck beside one that serves", "0,5 0", "10:0 Steer", "13:0 Stuck")]
    [InlineData(
        "stuck with a queue that grows",
        "0,1,2,3,4,5,6,7,8,9,10 2,1,2,1,2,1,2,1,2,1,2,1,2,1,2,1,0",
        "10:0 Steer",
        "13:0 Stuck")]
    [InlineData("a lone worker", "5")]
    [InlineData("the whole service is busy", "5 7 9")]
    [InlineData(
        "the whole service is busy and the queues grow",
        "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17")]
    [InlineData(
        "half of the service is busy, the other half idle", "5 5 0 0", "10:0 Steer", "10:1 Steer", "13:0 Stuck",
        "13:1 Stuck")]
    [InlineData("more than half of it is busy", "5 5 0")]
    [InlineData("idle", "0 0")]
    [InlineData("slow, but it takes one now and then", "5,5,5,5,5,4,5,5,5,5,4,5,5,5,5,4,5,5,5,5,4 0")]
    [InlineData("wakes before it is confirmed", "5,5,5,5,5,5,5,5,5,5,5,4,3,2,1,0 0", "10:0 Steer", "11:0 Awake")]
    [InlineData("wakes later", "5,5,5,5,5,5,5,5,5,5,5,5,5,5,5,3,0 0", "10:0 Steer", "13:0 Stuck", "15:0 Awake")]
    public void Judge_Samples_HaveTheirVerdicts(string name, string queues, params string[] expected)
    {
        Assert.NotEmpty(name);
        var judge = new StallJudge(TimeSpan.FromMilliseconds(500));
        var workers = queues.Split(' ').Select(text => text.Split(',').Select(long.Parse).ToArray()).ToArray();
        var found = new List<string>();
        for (var at = 0; at < 30; at++)
        {
            // The last number repeats.
            var samples = workers.Select(
                (worker, slot) => new QueueSample(slot, worker[Math.Min(at, worker.Length - 1)])).ToArray();
            found.AddRange(
                judge.Judge(samples, Step * at).OrderBy(verdict => verdict.Slot)
                    .Select(verdict => $"{at}:{verdict.Slot} {verdict.Change}"));
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public void Judge_AfterRescue_EmptyQueueDoesNotCount()
    {
        var judge = new StallJudge(TimeSpan.FromMilliseconds(500));
        var at = 0;
        List<StallVerdict> Look(long queue) => judge.Judge([new(0, queue), new(1, 0)], Step * at++);
        while (!Look(4).Contains(new StallVerdict(0, StallChange.Stuck))) Assert.True(at < 30);
        judge.Rescued(0);
        for (var more = 0; more < 50; more++) Assert.Empty(Look(0));

        judge.Wake(0);
        for (var more = 0; more < 50; more++) Assert.Empty(Look(0));
        while (!Look(1).Contains(new StallVerdict(0, StallChange.Steer))) Assert.True(at < 150);
    }

    [Fact]
    public void Judge_ManyStuckWorkers_AtMostHalfAreExcluded() =>
        Gen.Int[0, 3].Array[4].Array[1, 60].Sample(looks =>
        {
            var judge = new StallJudge(TimeSpan.FromMilliseconds(200));
            var around = new HashSet<int>();
            var at = 0;
            foreach (var look in looks)
            {
                foreach (var verdict in judge.Judge([.. look.Select((queue, slot) => new QueueSample(slot, queue))], Step * at++))
                {
                    var holds = verdict.Change switch
                    {
                        StallChange.Steer => around.Add(verdict.Slot),
                        StallChange.Stuck => around.Contains(verdict.Slot),
                        _ => around.Remove(verdict.Slot),
                    };
                    if (!holds) return false;
                }

                if (around.Count > 2) return false;
            }

            return true;
        });
}
