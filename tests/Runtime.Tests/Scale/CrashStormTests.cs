using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Scale;

/// <summary>All workers of a service crash repeatedly, as another process has the port.</summary>
public sealed class CrashStormTests
{
    [Fact]
    public void Storm_AllFailToBind_HaveSpreadBackoffs()
    {
        const int workers = 500;
        var (delay, jitter) = (TimeSpan.FromMinutes(10), 0.25);
        using var taken = new TakenPort();
        using var fleet = new Supervised(jitter: Jitters());
        var restart = RestartPolicy.Default with { Delay = delay, MaxDelay = TimeSpan.FromHours(1), Jitter = jitter };
        var result = fleet.Converge(Storm(taken.Port, workers) with { Restart = restart });

        Assert.Equal((workers, 0), (result.Counts.Backoff, result.Counts.Unsettled));
        int[] waits = [.. fleet.Log.All("backoff").Select(backoff => backoff.Number("REUSEPORT_DELAY_MS")).Order()];
        Assert.All(waits, wait => Assert.InRange(wait / delay.TotalMilliseconds, 1 - jitter, 1 + jitter));
        // Each tenth of the band has about a tenth of the waits, so starts are spread.
        Assert.All(
            waits.GroupBy(wait => (int)((wait / delay.TotalMilliseconds - 1 + jitter) / (2 * jitter) * 10)),
            tenth => Assert.InRange(tenth.Count(), 0, workers / 5));
        AssertOneLineAStep(fleet, workers, rounds: 1);

        // Half of the band is over: about half of the workers have started again, and wait for twice as long.
        fleet.Advance(delay);
        Deadline.Until(() => IsHalfDone(fleet.Snapshot()), "those that were due have tried again");
        Assert.All(fleet.Log.All("backoff").Skip(workers), backoff => Assert.InRange(
            backoff.Number("REUSEPORT_DELAY_MS") / (2 * delay.TotalMilliseconds), 1 - jitter, 1 + jitter));
        Assert.InRange(fleet.Log.All("spawn").Length, workers + workers / 3, workers + workers * 2 / 3);
    }

    [Fact]
    public void Storm_Endless_DelaysNoOtherWorker()
    {
        const int workers = 200;
        using var taken = new TakenPort();
        using var fleet = new Supervised();
        var storm = Storm(taken.Port, workers);
        fleet.Converge(storm);
        fleet.Log.Take("exit", 2 * workers);

        var web = Given.Server("web", 2) with { Restart = RestartPolicy.Default };
        Assert.Equal(2, fleet.Converge(storm, web).Counts.Ready);
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        fleet.Log.Take("exit", "web@0");
        fleet.Log.Take("ready", "web@0");
        fleet.Log.Take("ready", "web@0");

        Assert.DoesNotContain(fleet.Log.All("backoff"), backoff => backoff.Worker == "web@0");
        var since = fleet.Log.All().SkipWhile(happened => (happened.Kind, happened.Worker) != ("exit", "web@0"));
        var ahead = since.TakeWhile(happened => (happened.Kind, happened.Worker) != ("spawn", "web@0"));
        // It does not wait for a start of each worker of the storm. On a busy machine, an exit is read some turns later.
        Assert.InRange(ahead.Count(happened => happened.Kind == "spawn"), 0, workers - 1);
    }

    private static bool IsHalfDone(FleetSnapshot seen)
    {
        var again = seen.Workers.Count(worker => worker.Generation == 2);
        return seen.Counts.Backoff == seen.Workers.Count && again > seen.Workers.Count / 3;
    }

    /// <summary>Each start, failed bind, exit and wait is logged once, beside the line of the program itself.</summary>
    private static void AssertOneLineAStep(Supervised fleet, int workers, int rounds)
    {
        Deadline.Until(() => fleet.Log.All("bind").Length == workers * rounds, "all that they said has been read");
        Assert.All(fleet.Log.All("bind"), bind => Assert.Equal("EADDRINUSE", bind.Field("REUSEPORT_RESULT")));
        var counts = fleet.Log.All().Where(happened => happened is { Worker: not null, Kind: not "method" })
            .GroupBy(happened => happened.Kind)
            .ToDictionary(kind => kind.Key, kind => kind.Count());
        Assert.Equal(["backoff", "bind", "exit", "loaded", "spawn"], counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.Equal(workers * rounds, count));
        Deadline.Until(() => fleet.Lines.Count == workers * rounds, "one line of each program");
    }

    private static ServiceSpec Storm(int port, int workers) => Given.Listening(
        Given.Service("storm", workers, Checkout.Worker("dies"), "bound", port.ToString(CultureInfo.InvariantCulture), "1"),
        port);

    /// <summary>Multiples of the golden ratio: spread evenly, and equal in each run.</summary>
    private static Func<double> Jitters()
    {
        var last = 0.0;
        return () => last = (last + 0.6180339887) % 1;
    }

    /// <summary>A port with a listener that does not share it.</summary>
    private sealed class TakenPort : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Any, 0);

        public TakenPort() => _listener.Start();

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();
    }
}
