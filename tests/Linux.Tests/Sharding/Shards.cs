using Linux.Tests.Steering;
using Reuseportd.Model;

namespace Linux.Tests.Sharding;

/// <summary>The programs, and groups that they are attached to. The caller uses a network namespace of its own.</summary>
internal sealed class Shards : IDisposable
{
    private readonly List<ShardedGroup> _groups = [];

    public Shards() : this(KernelLayout.OfThisKernel())
    {
    }

    public Shards(KernelLayout layout)
    {
        Need.Program();
        var programs = ShardingPrograms.Load(layout, out var error);
        Assert.Null(error);
        Programs = programs!;
    }

    public ShardingPrograms Programs { get; }

    public static ReuseportSpec Spec(params PortRange[] ports) =>
        new(new PortFilter([.. ports]), [], null, OptionSetting.Set, OptionSetting.System, null, true, Balance.Default);

    public static ReuseportSpec Port(int port = 7000) => Spec(new PortRange(port, port));

    /// <summary>The first group has the number 1.</summary>
    public ShardedGroup Attach(ReuseportSpec spec, bool privilegedPorts = false)
    {
        var group = new ShardedGroup((ulong)_groups.Count + 1);
        _groups.Add(group);
        Assert.Null(Programs.Attach(group.Directory, ShardingSettings.From(spec, privilegedPorts), group.Number));
        return group;
    }

    public ShardedGroup[] Attach(ReuseportSpec spec, int count) => [.. Enumerable.Range(0, count).Select(_ => Attach(spec))];

    /// <summary>All outcomes that are in the ring.</summary>
    public List<ShardingOutcome> Outcomes()
    {
        var outcomes = new List<ShardingOutcome>();
        var some = new ShardingOutcome[64];
        int count;
        while ((count = Programs.Outcomes.Read(some)) > 0) outcomes.AddRange(some[..count]);
        return outcomes;
    }

    public ulong Connections(ShardedGroup group) => Programs.Read(group.Directory.Id)!.Value.Connections;

    public void Dispose()
    {
        _groups.ForEach(group => group.Dispose());
        Programs.Dispose();
    }
}
