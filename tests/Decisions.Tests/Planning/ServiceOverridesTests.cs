using Reuseportd.Model;
using Reuseportd.Planning.Changes;

namespace Decisions.Tests.Planning;

/// <summary>Commands and changes of the file in their order. Each row is a sequence for a service of three workers.</summary>
public sealed class ServiceOverridesTests
{
    private const int Count = 3;

    /// <summary>
    /// Words: <c>stop:1</c> and <c>start:0,1,2</c> of workers, <c>scale:5</c>; the file changes: <c>policy</c>, <c>workers:4</c>,
    /// <c>autostart</c>, <c>noauto</c>. The row ends with the wanted workers of 0 to 5, and the number of workers.
    /// </summary>
    public static TheoryData<bool, string, string, int> Stories => new()
    {
        { true, "", "012345", 3 },
        { false, "", "", 3 },
        { true, "stop:1", "02345", 3 },
        { true, "stop:1 start:1", "012345", 3 },
        { true, "stop:0,1,2", "", 3 },
        { true, "stop:0 stop:1 stop:2", "", 3 },
        { true, "stop:0,1,2 start:1", "1", 3 },
        { true, "stop:0,1,2 policy", "012345", 3 },
        { true, "stop:1 policy", "012345", 3 },
        { true, "stop:1 noauto", "012345", 3 },
        { true, "stop:0,1,2 noauto", "", 3 },
        { true, "noauto", "012345", 3 },
        { false, "start:2", "2", 3 },
        { false, "start:2 policy", "2", 3 },
        { false, "start:0,1,2", "012345", 3 },
        { false, "start:0,1,2 policy", "012345", 3 },
        { false, "start:0,1,2 stop:0,1,2 policy", "", 3 },
        { false, "autostart", "012345", 3 },
        { true, "scale:5", "012345", 5 },
        { true, "scale:5 policy", "012345", 5 },
        { true, "scale:5 workers:4", "012345", 4 },
        { true, "scale:5 workers:3", "012345", 5 },
        { true, "scale:0", "012345", 0 },
        { true, "stop:2 scale:2 scale:3", "012345", 3 },
        { true, "stop:1 scale:2", "02345", 2 },
        { true, "stop:0,1,2 scale:5", "", 5 },
    };

    [Theory]
    [MemberData(nameof(Stories))]
    public void ServiceOverrides_SeveralCommands_LastOneOfEachKindHolds(bool autostart, string story, string wanted, int workers)
    {
        var declared = Specs.Service("web") with { Workers = Count, Autostart = autostart };
        var overrides = ServiceOverrides.From(declared);
        foreach (var step in story.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var (verb, argument) = step.Split(':') is [var word, var rest] ? (word, rest) : (step, "");
            var numbers = argument.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray();
            var after = verb switch
            {
                "policy" => declared with
                {
                    Stop = new StopSpec(Signal.Hup, declared.Stop.GracePeriod + TimeSpan.FromSeconds(1)),
                },
                "workers" => declared with { Workers = numbers[0] },
                "autostart" => declared with { Autostart = true },
                "noauto" => declared with { Autostart = false },
                _ => declared,
            };
            overrides = verb switch
            {
                "start" => overrides.Start(numbers, overrides.Workers(declared)),
                "stop" => overrides.Stop(numbers, overrides.Workers(declared)),
                "scale" => overrides.Scale(numbers[0]),
                _ => overrides.Adopt(declared, after),
            };
            declared = after;
        }

        Assert.Equal(wanted, string.Concat(Enumerable.Range(0, 6).Where(overrides.Wants)));
        Assert.Equal(workers, overrides.Workers(declared));
    }
}
