using Reuseportd.Model;
using Reuseportd.Runtime.SteeringTask;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Groups of a daemon that has crashed, in the steerer of the next one.</summary>
public sealed class InheritedGroupsTests : IDisposable
{
    private readonly SteeredListeners _port = new();

    public void Dispose() => _port.Dispose();

    /// <summary>The state was stored before the second worker came.</summary>
    [Fact]
    public async Task Serve_StateIsOlderThanTheMaps_EachWorkerHasItsShareAndItsCounts()
    {
        var saved = await _port.CrashAsync(0, 1, 2);
        var store = new StoredChanges();
        await using var steering = SteeredListeners.Start("ebpf", saved, store);
        _port.Serve(steering, 2, 0, 1);
        steering.Steerer.Post(new SteeringRequest.Restored());
        await steering.Steerer.CountAsync();
        _port.Connect(9);
        var counts = await steering.Steerer.CountAsync();
        Assert.Equal([4UL, 4, 4], Enumerable.Range(0, 3).Select(index => counts[new WorkerName("blue", index)].Given));
        Assert.Equal([4U, 4, 4], _port.Queues());
        Assert.Empty(store.Put);
        Assert.Empty(store.Removed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Withdraw_ProcessThatHadDrained_IsReportedWhenItIsEmpty(bool isFirst)
    {
        var saved = await _port.CrashAsync(0, 1, 2);
        using var client = _port.ClientOf(1, out var accepted);
        await using var steering = SteeredListeners.Start("ebpf", saved);
        if (isFirst) _port.Withdraw(steering, 1);
        _port.Serve(steering, 0, 2);
        if (!isFirst) _port.Withdraw(steering, 1);
        steering.Steerer.Post(new SteeringRequest.Restored());
        await steering.Steerer.CountAsync();
        Assert.IsType<SteeringMessage.Placed>(steering.Next());
        Assert.IsType<SteeringMessage.Placed>(steering.Next());
        var former = _port.Queues()[1];
        _port.Connect(20);
        Assert.Equal(former, _port.Queues()[1]);

        Assert.IsType<SteeringMessage.Holds>(steering.Next());
        accepted.Dispose();
        _port.AcceptAll();
        SteeringMessage last;
        while ((last = steering.Next()) is SteeringMessage.Holds) { }
        Assert.Equal(new SteeringMessage.Drained(SteeredListeners.Serial(1)), last);
    }

    /// <summary>An end that waits for the order of the group.</summary>
    [Fact]
    public async Task Withdraw_ProcessThatHadDrainedByClassicProgram_IsReportedWhenItIsEmpty()
    {
        using var client = _port.ClientOf(1, out var accepted);
        await using var steering = SteeredListeners.Start("cbpf", new InheritedSteering([], ["blue"]));
        _port.Withdraw(steering, 1);
        _port.Serve(steering, 0, 2);
        steering.Steerer.Post(new SteeringRequest.Restored());
        while (steering.Next() is not SteeringMessage.Holds) { }
        accepted.Dispose();
        _port.AcceptAll();
        SteeringMessage last;
        while ((last = steering.Next()) is not SteeringMessage.Drained) { }
        Assert.Equal(SteeredListeners.Serial(1), last.Process);
    }

    [Theory]
    [InlineData("none", true)] // nothing is steered
    [InlineData("ebpf", false)] // the last process of a group always gets connections
    public async Task Withdraw_NewConnectionsGoOn_IsDrainedAtOnce(string way, bool hasOther)
    {
        using var client = _port.ClientOf(1, out var accepted);
        await using var steering = SteeredListeners.Start(way, new InheritedSteering([], ["blue"]));
        _port.Withdraw(steering, 1);
        if (hasOther) _port.Serve(steering, 0);
        steering.Steerer.Post(new SteeringRequest.Restored());
        if (hasOther) Assert.IsType<SteeringMessage.Placed>(steering.Next());
        Assert.Equal(new SteeringMessage.Drained(SteeredListeners.Serial(1)), steering.Next());
        accepted.Dispose();
    }

    [Fact]
    public async Task Release_BeforeTheRestoreEnds_ReportsTheProcess()
    {
        using var client = _port.ClientOf(1, out var accepted);
        await using var steering = SteeredListeners.Start("ebpf", await _port.CrashAsync(0, 1));
        _port.Withdraw(steering, 1);
        steering.Steerer.Post(new SteeringRequest.Release(SteeredListeners.Serial(1)));
        Assert.Equal(new SteeringMessage.Drained(SteeredListeners.Serial(1)), steering.Next());
        steering.Steerer.Post(new SteeringRequest.Ended(SteeredListeners.Serial(1), "blue"));
        _port.Serve(steering, 0);
        steering.Steerer.Post(new SteeringRequest.Restored());
        Assert.IsType<SteeringMessage.Placed>(steering.Next());
        accepted.Dispose();
    }

    /// <summary>A daemon can be replaced at once, before it has seen its workers.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Save_InheritedGroup_IsHandedOverWithOpenDescriptors(bool isServed)
    {
        var saved = await _port.CrashAsync(0, 1, 2);
        await using var steering = SteeredListeners.Start("ebpf", saved);
        if (isServed) _port.Serve(steering, 0, 1, 2);

        var group = Assert.Single((await steering.Steerer.SaveAsync()).Groups);

        // The task of the steerer has ended, and finalizers may run before the descriptors are handed over.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal(saved.Groups[0].Steered.Numbers, group.Steered.Numbers);
        Assert.Equal(saved.Groups[0].Services, group.Services);
        Assert.All(group.Steered.Numbers, number => Assert.True(SteeredListeners.IsProgramOrMap(number)));
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("cbpf", true)]
    [InlineData("none", false)]
    [InlineData("ebpf", false)]
    public async Task Restored_GroupIsNotSteeredByItsProgram_DescriptorsAreClosed(string way, bool isServed)
    {
        var saved = await _port.CrashAsync(0, 1, 2);
        var group = Assert.Single(saved.Groups);
        var store = new StoredChanges();
        await using var steering = SteeredListeners.Start(way, saved, store);
        if (isServed) _port.Serve(steering, 0, 1, 2);
        steering.Steerer.Post(new SteeringRequest.Restored());
        await steering.Steerer.CountAsync();
        Assert.All(group.Steered.Numbers, number => Assert.False(SteeredListeners.IsProgramOrMap(number)));
        Assert.Equal([group.Steered.Key], store.Removed);
        Assert.Empty(store.Put);
        _port.Connect(60);
        Assert.All(_port.Queues(), queue => Assert.InRange(queue, 1U, 60U));
    }
}
