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
        var listed = Shards.Spec(new PortRange(7000, 7999));
        var times = new (List<double> Stream, List<double> Datagram)[4];
        for (var way = 0; way < times.Length; way++) times[way] = ([], []);
        for (var round = 0; round < Rounds; round++)
            for (var way = 0; way < times.Length; way++)
            {
                using var bare = new ShardedGroup();
                using var shards = way < 2 ? null : new Shards();
                var group = way < 3 ? bare : shards!.Attach(listed);
                var worker = group.Start(spawner, "binds-oddly-static", "time", way == 1 ? "1" : "0");
                var words = Assert.Single(ShardedGroup.Lines(worker)).Split(' ');
                times[way].Stream.Add(double.Parse(words[1], CultureInfo.InvariantCulture));
                times[way].Datagram.Add(double.Parse(words[2], CultureInfo.InvariantCulture));
            }

        foreach (var (name, (stream, datagram)) in
            ((string[])["bare", "with an option of its own", "of no worker, programs are loaded", "of a worker"]).Zip(times))
            Print($"bind {name}: TCP {Median(stream):0} ns, UDP {Median(datagram):0} ns");
    });

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static void Print(FormattableString text) =>
        TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
