using Reuseportd.Linux.Steering;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.SteeringTask;
using Serilog.Core;

namespace Runtime.Tests.Harness;

/// <summary>A steerer with the mailbox of its loop.</summary>
internal sealed class LoneSteerer : IAsyncDisposable
{
    public LoneSteerer(SteeringMode mode, InheritedSteering? inherited, IGroupStore? store)
    {
        Steerer = new Steerer(mode, wakes: true, Mailbox, Logger.None, TimeProvider.System, null, inherited, store);
        Steerer.Start();
    }

    public Mailbox Mailbox { get; } = new(TimeProvider.System);

    public Steerer Steerer { get; }

    public SteeringMessage Next()
    {
        Message? message = null;
        Deadline.Until(() => Mailbox.TryTake(out message), "the steerer reports");
        return Assert.IsAssignableFrom<SteeringMessage>(message);
    }

    public async ValueTask DisposeAsync()
    {
        await Steerer.DisposeAsync();
        Mailbox.Dispose();
    }
}

/// <summary>The changes of groups that a steerer has stored.</summary>
internal sealed class StoredChanges : IGroupStore
{
    public List<InheritedGroup> Put { get; } = [];

    public List<GroupKey> Removed { get; } = [];

    void IGroupStore.Put(InheritedGroup group) => Put.Add(group);

    void IGroupStore.Remove(GroupKey key) => Removed.Add(key);
}
