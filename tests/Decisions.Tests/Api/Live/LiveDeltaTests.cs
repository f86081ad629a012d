using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Decisions.Tests.Api.Metrics;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Live;
using Reuseportd.Api.Metrics;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Api.Live;

public sealed class LiveDeltaTests
{
    private static readonly MetricsFacts First = Sample.Facts();

    [Fact]
    public void Whole_HasAllRowsWithoutUnknownValues()
    {
        var whole = Delta(LiveState.Nothing, State(First));

        Assert.Equal(["web@0", "web@1"], Names(whole["workers"]));
        Assert.Equal(("backoff", null), ((string?)whole["workers"]!["web@1"]!["state"], whole["workers"]!["web@1"]!["memory"]));
        var service = whole["services"]!["web"]!;
        Assert.Equal((1, 2, 1), ((int)service["ready"]!, (int)service["wanted"]!, (int)service["restarts"]!));
        var daemon = whole["daemon"]!["daemon"]!;
        Assert.Equal(("1.2.3", 1), ((string?)daemon["version"], (int)daemon["pending"]!));
    }

    [Fact]
    public void SameFacts_ChangeNothing()
    {
        var state = State(First);
        var change = Delta(state, state);

        Assert.Equal(["now", "clock", "history", "events"], Names(change));
        Assert.Empty(change["history"]!.AsArray());
    }

    [Fact]
    public void ChangedWorker_OnlyTheChangedValues()
    {
        var second = With(workers => [workers[0] with { Restarts = 4 }, workers[1]]);
        var change = Delta(State(First), State(second));

        Assert.Equal(["web@0"], Names(change["workers"]));
        Assert.Equal(["restarts"], Names(change["workers"]!["web@0"]));
        Assert.Equal(4, (int)change["workers"]!["web@0"]!["restarts"]!);
        Assert.Equal(["restarts"], Names(change["services"]!["web"]));
    }

    [Fact]
    public void GoneWorkerAndValue_AreNull()
    {
        var running = With(workers => [workers[0] with { Pid = 7 }, workers[1]]);
        var later = With(workers => [workers[0] with { Pid = null }]);
        var change = Delta(State(running), State(later));

        Assert.Equal(["web@0", "web@1"], Names(change["workers"]));
        Assert.True(change["workers"]!.AsObject().ContainsKey("web@1") && change["workers"]!["web@1"] is null);
        Assert.True(change["workers"]!["web@0"]!.AsObject().ContainsKey("pid") && change["workers"]!["web@0"]!["pid"] is null);
    }

    [Fact]
    public void Rates_AreOfTheTimeBetween()
    {
        var second = First with
        {
            Fleet = First.Fleet with { Now = First.Fleet.Now + TimeSpan.FromSeconds(2) },
            Shares = First.Shares with
            {
                Counts = new Dictionary<WorkerName, GivenCounts> { [new WorkerName("web", 0)] = new(150, 5) },
            },
            Usage = new Dictionary<WorkerName, WorkerUsage>(First.Usage)
            {
                [new WorkerName("web", 0)] = new(2.5, 4096, 7, 2, 128, 1),
            },
        };
        var row = Delta(LiveState.Nothing, State(second, First))["workers"]!["web@0"]!;

        Assert.Equal((50, 25), ((int)row["cpu"]!, (int)row["given"]!));
    }

    [Fact]
    public void Rows_AppliedOneAfterTheOther_AreTheWholeState()
    {
        MetricsFacts[] facts =
        [
            First, With(workers => [workers[0] with { Pid = 7 }, workers[1]]), With(workers => [workers[1]]), First,
        ];
        var shown = new JsonObject();
        var before = LiveState.Nothing;
        foreach (var state in facts.Select(one => State(one)))
        {
            Merge(shown, Delta(before, state)["workers"] ?? new JsonObject());
            before = state;
            Assert.True(JsonNode.DeepEquals(shown, Delta(LiveState.Nothing, state)["workers"]));
        }
    }

    /// <summary>As the script of the page does it.</summary>
    private static void Merge(JsonObject rows, JsonNode change)
    {
        foreach (var (name, values) in change.AsObject())
        {
            if (values is null)
            {
                rows.Remove(name);
                continue;
            }

            if (rows[name] is not JsonObject row) rows[name] = row = [];
            foreach (var (field, value) in values.AsObject())
            {
                if (value is null) row.Remove(field);
                else row[field] = value.DeepClone();
            }
        }
    }

    private static MetricsFacts With(Func<ValueList<WorkerSnapshot>, WorkerSnapshot[]> change) =>
        First with { Fleet = First.Fleet with { Workers = [.. change(First.Fleet.Workers)] } };

    private static LiveState State(MetricsFacts facts, MetricsFacts? former = null)
    {
        var source = new LiveSource(facts, former, HasDetails: false)
        {
            FormerSums = former is null ? null : FleetSums.From(former),
        };
        return new LiveState(
            facts.Fleet.Now, 0, LiveTables.Daemon(source), LiveTables.Services(source), LiveTables.Workers(source),
            ImmutableArray<HistorySample>.Empty, []);
    }

    private static JsonNode Delta(LiveState from, LiveState to) =>
        JsonNode.Parse(LiveDelta.From(from, to, EventDocuments.From).Span)!;

    private static string[] Names(JsonNode? rows) => [.. rows!.AsObject().Select(row => row.Key)];
}
