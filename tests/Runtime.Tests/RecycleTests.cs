using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Replacements of healthy workers, by age and by memory.</summary>
public sealed class RecycleTests
{
    private static readonly RecycleSpec Daily = new(TimeSpan.FromDays(1), Variance: 0, MaxMemory: null);

    [Fact]
    public void Recycle_AllWorkersAreOld_AreReplacedOneAtATime()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 3) with { Recycle = Daily };
        fleet.Converge(service);
        var before = Pids(fleet);

        fleet.Advance(TimeSpan.FromDays(1));
        for (var replaced = 0; replaced < 3; replaced++)
        {
            var recycled = fleet.Log.Take("recycle");
            Assert.Equal("ready", fleet.Log.Take("ready", recycled.Worker).Kind);
            fleet.Log.Take("ready", recycled.Worker);
        }

        // The next worker is replaced only after the replacement of the worker before it is ready.
        var order = fleet.Log.All().SkipWhile(happened => happened.Kind != "recycle")
            .Where(happened => happened.Kind is "recycle" or "ready").ToArray();
        Assert.Equal(["recycle", "ready", "recycle", "ready", "recycle", "ready"], order.Select(happened => happened.Kind));
        Assert.All(order.Chunk(2), pair => Assert.Equal(pair[0].Worker, pair[1].Worker));
        Deadline.Until(() => fleet.Snapshot().Counts.Ready == 3, "all are ready again");
        Assert.Empty(before.Intersect(Pids(fleet)));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal(0, worker.Restarts));
    }

    [Fact]
    public void Recycle_YoungWorkers_AreNotReplaced()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2) with { Recycle = Daily });
        fleet.Advance(TimeSpan.FromHours(23));
        Assert.Empty(fleet.Log.All("recycle"));
    }

    [Theory]
    [InlineData(0, 18)]
    [InlineData(0.75, 27)]
    public void Recycle_Variance_SpreadsToBothSides(double jitter, int hours)
    {
        using var fleet = new Supervised(jitter: () => jitter);
        fleet.Converge(Given.Sleepers("web", 1) with { Recycle = Daily with { Variance = 0.25 } });
        fleet.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromMinutes(1));
        Assert.Empty(fleet.Log.All("recycle"));
        fleet.Advance(TimeSpan.FromMinutes(2));
        fleet.Log.Take("recycle", "web@0");
    }

    [Fact]
    public void Recycle_ReplacementFails_IsTriedAgain()
    {
        using var fleet = new Supervised();
        using var folder = new TemporaryFolder();
        const string Program = "#!/bin/sh\necho serving\nexec sleep infinity\n";
        fleet.Converge(Given.Service("web", 1, folder.Write("serve", Program, "755")) with { Recycle = Daily });
        var first = fleet.Worker("web@0").Pid;
        fleet.Lines.Take("web@0", "serving");
        File.Delete(folder["serve"]);
        fleet.Advance(TimeSpan.FromDays(1));
        fleet.Log.Take("recycle", "web@0");
        fleet.Log.Take("update_failed");
        folder.Write("serve", Program, "755");
        fleet.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(first, fleet.Log.Take("recycle", "web@0").Pid);
        Deadline.Until(
            () => fleet.Worker("web@0") is { State: WorkerState.Ready } worker && worker.Pid != first, "it is replaced");
    }

    [Fact]
    public void Recycle_TreeUsesTooMuchMemory_IsReplaced()
    {
        using var fleet = new Supervised();
        // A child of the worker holds the memory.
        var service = Given.Shell(
            "web", 1, "python3 -c 'import time; x = b\"x\" * (96 << 20); print(\"full\", flush=True); time.sleep(1000)' & wait");
        fleet.Converge(service with { Recycle = new RecycleSpec(null, 0, MaxMemory: 64 << 20) });
        var first = fleet.Worker("web@0").Pid;
        fleet.Lines.Take("web@0", "full");
        fleet.Advance(TimeSpan.FromSeconds(10));

        Assert.Matches("^holds [0-9]+ MiB of memory$", fleet.Log.Take("recycle", "web@0").Field("REUSEPORT_REASON"));
        // The replacement is ready, so the first process drains.
        Assert.Equal(first, fleet.Log.Take("drain", "web@0").Pid);
        Assert.NotEqual(first, fleet.Worker("web@0").Pid);
    }

    private static int?[] Pids(Supervised fleet) => [.. fleet.Snapshot().Workers.Select(worker => worker.Pid)];
}
