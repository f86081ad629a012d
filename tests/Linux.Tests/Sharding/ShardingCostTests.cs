using System.Diagnostics;
using System.Globalization;
using Linux.Tests.Harness;
using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

/// <summary>
/// Prints the costs of the programs, with <c>-explicit only -showLiveOutput</c>. The test asserts no time, as times depend on the
/// machine.
/// </summary>
[Collection(ProgramsOfTheKernel.Name)]
public sealed class ShardingCostTests
{
    private const int Rounds = 15;

    [Fact(Explicit = true)]
    public void Attach_Cost_IsPrinted() => OwnNetwork.Run(spawner =>
    {
        using var shards = new Shards();
        var settings = ShardingSettings.From(Shards.Port(), privilegedPorts: false);
        var groups = Enumerable.Range(0, 100).Select(_ => new ShardedGroup()).ToArray();
        var times = new List<double>();
        foreach (var group in groups)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Null(shards.Programs.Attach(group.Directory, settings, 1));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        foreach (var group in groups) group.Dispose();
        Print($"attach: median {Median(times):0.0} us");
    });

    [Fact(Explicit = true)]
    public void Bind_Cost_IsPrinted() => OwnNetwork.Run(spawner =>
    {
        var settings = ShardingSettings.From(Shards.Spec(new PortRange(7000, 7999)), privilegedPorts: false);
        PrintTimes(
            spawner, ("bare", () => new ShardedGroup(), "0"), ("with an option of its own", () => new ShardedGroup(), "1"));
        using var shards = new Shards();
        Print($"programs are loaded; failed binds are told: {shards.Programs.TellsFailures}");
        PrintTimes(spawner, ("of no worker", () => new ShardedGroup(), "0"), ("of a worker", Worker, "0"));

        ShardedGroup Worker()
        {
            shards.Outcomes(); // the ring must have room
            var group = new ShardedGroup(1);
            Assert.Null(shards.Programs.Attach(group.Directory, settings, group.Number));
            return group;
        }
    });

    private static void PrintTimes(Spawner spawner, params (string Name, Func<ShardedGroup> Group, string Option)[] ways)
    {
        var times = ways.Select(_ => (Stream: new List<double>(), Datagram: new List<double>())).ToArray();
        for (var round = 0; round < Rounds; round++)
            foreach (var ((_, make, option), (stream, datagram)) in ways.Zip(times))
            {
                using var group = make();
                var worker = group.Start(spawner, "binds-oddly-static", "time", option);
                var words = Assert.Single(ShardedGroup.Lines(worker)).Split(' ');
                stream.Add(double.Parse(words[1], CultureInfo.InvariantCulture));
                datagram.Add(double.Parse(words[2], CultureInfo.InvariantCulture));
            }

        foreach (var ((name, _, _), (stream, datagram)) in ways.Zip(times))
            Print($"bind {name}: TCP {Median(stream):0} ns, UDP {Median(datagram):0} ns");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(FormattableString text) =>
        TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
