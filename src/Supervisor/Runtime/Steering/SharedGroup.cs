using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Runtime;

/// <summary>A group of port sharding: who is steered to in it, and which of its workers are stuck.</summary>
internal sealed class SharedGroup(GroupKey key, IGroupSteering steering, Balance balance, StallSpec stall) : IDisposable
{
    public GroupKey Key { get; } = key;

    public IGroupSteering Steering { get; } = steering;

    public Balance Balance { get; } = balance;

    /// <summary>The process that has the share of each worker.</summary>
    public Dictionary<int, PlacedProcess> Current { get; } = [];

    /// <summary>Workers that are stuck, and when each is next looked at.</summary>
    public Dictionary<int, StuckWorker> Stuck { get; } = [];

    public StallJudge Judge { get; } = new(stall.After);

    public StallSpec Stall { get; } = stall;

    /// <summary>Whether queues of it have to be looked at.</summary>
    public bool IsWatched => Balance == Balance.LeastQueue || (Key.IsStream && Stall.Action != StallAction.None && Current.Count > 1);

    /// <summary>Of the daemon's own connection that is on its way to <see cref="VisitedSlot"/>; 0 for none.</summary>
    public int VisitorPort { get; set; }

    public int VisitedSlot { get; set; }

    /// <summary>The last failure that was said: each is said once.</summary>
    public Errno Said { get; set; } = Errno.None;

    public void Dispose() => Steering.Dispose();
}

/// <summary>A worker that was steered around.</summary>
internal sealed class StuckWorker(PlacedProcess process)
{
    public PlacedProcess Process { get; } = process;

    /// <summary>Its queue was taken away: whether it accepts is seen only when it is given something again.</summary>
    public bool IsRescued { get; set; }

    /// <summary>When it is tried again.</summary>
    public TimeSpan NextTrial { get; set; }

    public int Trials { get; set; }

    /// <summary>Since when it has been given connections again, to see; null where it is given none.</summary>
    public TimeSpan? TriedAt { get; set; }
}
