using System.Globalization;
using Linux.Tests.Harness;

namespace Linux.Tests.Sharding;

/// <summary>The cgroup of one worker, with the programs. Its processes are killed at its end.</summary>
internal sealed class ShardedGroup : IDisposable
{
    private readonly TestCgroup _group = new();
    private readonly List<TestWorker> _workers = [];

    /// <param name="number">The worker's number in outcomes.</param>
    public ShardedGroup(ulong number = 0)
    {
        Number = number;
        var directory = CgroupDirectory.Open(_group.Path, out _);
        Assert.NotNull(directory);
        Directory = directory;
    }

    public CgroupDirectory Directory { get; }

    public ulong Number { get; }

    /// <param name="request">Of <see cref="TestWorker.Request"/>, started in the group.</param>
    public TestWorker Start(Spawner spawner, SpawnRequest request)
    {
        var worker = TestWorker.Start(spawner, request with { Cgroup = Directory });
        _workers.Add(worker);
        return worker;
    }

    public TestWorker Start(Spawner spawner, string program, params string[] arguments) =>
        Start(spawner, TestWorker.Request(program, arguments));

    /// <summary>Starts a program and returns its lines before "ready", without their first word.</summary>
    public string[] Run(Spawner spawner, string program, params string[] arguments) =>
        Lines(Start(spawner, program, arguments));

    public static string[] Lines(TestWorker worker)
    {
        var lines = new List<string>();
        while (worker.Out!.ReadLine() is { } line && line != "ready") lines.Add(line);
        return [.. lines];
    }

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        Deadline.Until(
            () => File.ReadAllText($"{_group.Path}/cgroup.events").Contains("populated 0", StringComparison.Ordinal),
            string.Create(CultureInfo.InvariantCulture, $"the end of {_workers.Count} workers"));
        Directory.Dispose();
        _group.Dispose();
    }
}
