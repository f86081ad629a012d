using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reuseportd.Linux.Files;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Loops that follow each other, and take the processes over.</summary>
public sealed class RestoreTests
{
    private static readonly string[] States =
        ["Ready", "Starting", "Draining", "Stopping", "Stopped", "Waiting", "Failed", "Backoff", SavedSlots.Queued];

    private static readonly RestartPolicy Later =
        Given.AtOnce with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };

    /// <summary>
    /// A state that is restored and taken again is the same one, and the file has the same records. The fleet has workers that
    /// run, are stopped, have failed, wait for another try, end, and are replaced, and a rolling restart that is paused.
    /// </summary>
    [Fact]
    public void Restore_StateOfEachKindOfWorker_IsTheSame()
    {
        using var log = Assert.IsType<RecordLog>(RecordLog.TryMake(out _));
        var first = new Supervised(state: log);
        Prepare(first);
        var left = first.HandOver();
        using var kept = new Kept(left);
        first.Dispose();
        Assert.Equal(Kept.TextOf(left.Services), Kept.TextOf(Joined(log, kept.State).Services));

        var updated = left.Services.SelectMany(service => service.Workers).Where(worker => worker.IsInUpdate);
        Assert.Equal([(1, 1)], updated.Select(worker => (worker.Index, worker.Slot.Generation)));
        var text = Kept.TextOf(left.Services);
        Assert.All((string[])["Ready", "Stopped", "Failed", "Backoff", "Stopping"], state => Assert.Contains(
            $"\"state\":\"{state}\"", text, StringComparison.Ordinal));
        for (var round = 0; round < 3; round++)
        {
            using var nextLog = Assert.IsType<RecordLog>(RecordLog.TryMake(out _));
            using var next = new Supervised(state: nextLog, inheritance: kept.Inherit(kept.State));
            var again = next.HandOver();
            Assert.Equal(text, Kept.TextOf(again.Services));
            Assert.Equal(text, Kept.TextOf(Joined(nextLog, kept.State).Services));
        }
    }

    /// <summary>
    /// Each value of the records of a service and of a worker becomes another one, or is missing. Each state is refused with
    /// a reason, or is one with which a loop begins and goes on.
    /// </summary>
    [Fact]
    public void Restore_DamagedValues_LoopGoesOn()
    {
        var kept = Make();
        var (refused, restored) = (0, 0);
        try
        {
            foreach (var key in (string[])[StateRecords.KeyOf("s0"), StateRecords.KeyOf("s0", "0")])
            {
                var count = Damages(Kept.RecordsOf(kept.State)[key]).Count();
                for (var number = 0; number < count; number++)
                {
                    if (!kept.IsWhole)
                    {
                        kept.Dispose();
                        kept = Make();
                    }

                    var records = Kept.RecordsOf(kept.State);
                    var (what, damaged) = Damages(records[key]).ElementAt(number);
                    records[key] = damaged;
                    if (Restore(kept, records, $"{key}: {what}")) restored++;
                    else refused++;
                }
            }
        }
        finally
        {
            kept.Dispose();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{refused} refused, {restored} restored");
        Assert.InRange(restored, 100, int.MaxValue);
        Assert.InRange(refused, 100, int.MaxValue);
    }

    private static void Prepare(Supervised fleet)
    {
        var fails = Given.Shell("fails", 1, "exit 1") with
        {
            Restart = Given.AtOnce with { MaxAttempts = 1, Window = TimeSpan.FromHours(1) },
        };
        var retries = Given.Shell("retries", 1, "exit 1") with { Restart = Later };
        var slow = Given.Shell("slow", 2, "trap '' TERM; exec sleep infinity") with
        {
            Stop = StopSpec.Default with { GracePeriod = TimeSpan.FromHours(1) },
        };
        fleet.Converge(Given.Sleepers("web", 3), Given.Sleepers("api", 2), slow, fails, retries);
        fleet.Ask(new FleetCommand.Stop(), "web@1");
        fleet.Ask(new FleetCommand.Scale(4), "api");
        fleet.Ask(new FleetCommand.Scale(3), "api");
        fleet.Tell(new FleetCommand.Restart(), "slow");
        // A new process has taken the slot of a worker.
        Deadline.Until(() => fleet.Log.All("stop").Any(stop => stop.Worker == "slow@0"), "the old process is to stop");
        fleet.Tell(new FleetCommand.Pause(), "slow");
    }

    /// <summary>Of a service with two workers, and a service with one.</summary>
    private static Kept Make()
    {
        using var log = Assert.IsType<RecordLog>(RecordLog.TryMake(out _));
        var fleet = new Supervised(state: log);
        fleet.Converge(Given.Sleepers("web", 2), Given.Sleepers("api", 1));
        var kept = new Kept(fleet.HandOver());
        fleet.Dispose();
        return kept;
    }

    private static bool Restore(Kept kept, IReadOnlyDictionary<string, byte[]> records, string what)
    {
        var state = StateRecords.TryJoin(records, out var problem);
        Assert.Equal(state is null, problem is { Length: > 0 });
        if (state is null) return false;
        try
        {
            using var log = Assert.IsType<RecordLog>(RecordLog.TryMake(out _));
            using (var loop = new Supervised(state: log, inheritance: kept.Inherit(state)))
            {
                loop.Turn();
                loop.Snapshot();
                loop.HandOver();
            }

            kept.EndOthers();
            return true;
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException(what, failure);
        }
    }

    /// <summary>The state of a file, without the daemon's own record.</summary>
    private static SavedDaemon Joined(RecordLog log, SavedDaemon root)
    {
        var records = RecordLog.TryRead(log.Descriptor, out var damage);
        Assert.True(records is not null, damage);
        var all = new Dictionary<string, byte[]>(records) { [StateRecords.Daemon] = Kept.RecordsOf(root)[StateRecords.Daemon] };
        var joined = StateRecords.TryJoin(all, out var problem);
        Assert.True(problem is null, problem);
        return joined!;
    }

    /// <summary>Copies of a record with another value in one place.</summary>
    private static IEnumerable<(string What, byte[] Record)> Damages(byte[] record)
    {
        var places = Places(JsonNode.Parse(record)!).ToArray();
        foreach (var place in places)
        {
            foreach (var value in Others(At(JsonNode.Parse(record)!, place), place[^1]))
            {
                var changed = JsonNode.Parse(record)!;
                Set(changed, place, value is null ? null : JsonNode.Parse(value));
                yield return ($"{string.Join('.', place)} = {value}", Encoding.UTF8.GetBytes(changed.ToJsonString()));
            }

            var without = JsonNode.Parse(record)!;
            var parent = At(without, place[..^1]);
            if (parent is JsonObject fields) fields.Remove((string)place[^1]);
            else parent!.AsArray().RemoveAt((int)place[^1]);
            yield return ($"without {string.Join('.', place)}", Encoding.UTF8.GetBytes(without.ToJsonString()));
        }
    }

    private static IEnumerable<object[]> Places(JsonNode? node, params object[] above)
    {
        if (node is JsonObject fields)
            foreach (var (name, value) in fields)
                foreach (var place in Places(value, [.. above, name]).Prepend([.. above, name])) yield return place;
        else if (node is JsonArray list)
            for (var index = 0; index < list.Count; index++)
                foreach (var place in Places(list[index], [.. above, index]).Prepend([.. above, index])) yield return place;
    }

    /// <returns>Null for null.</returns>
    private static IEnumerable<string?> Others(JsonNode? value, object name)
    {
        if (value is null) return ["7", "\"x\"", "{}", "[]"];
        if (value is JsonObject or JsonArray) return [null, "{}", "[]"];
        if (value.GetValueKind() is JsonValueKind.True or JsonValueKind.False) return ["true", "false"];
        if (value.GetValueKind() == JsonValueKind.String)
        {
            if (name is "state") return States.Select(state => $"\"{state}\"");
            return ["\"\"", "\"x\"", null];
        }

        return ["0", "-1", "999999999", "9223372036854775807", "-9223372036854775808"];
    }

    private static JsonNode? At(JsonNode? node, object[] place) =>
        place.Aggregate(node, (one, step) => step is string name ? one![name] : one![(int)step]);

    private static void Set(JsonNode node, object[] place, JsonNode? value)
    {
        var parent = At(node, place[..^1])!;
        if (place[^1] is string name) parent[name] = value;
        else parent[(int)place[^1]] = value;
    }
}
