using Reuseportd.Runtime.SteeringTask;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The counts of given connections outlive processes, sockets and groups.</summary>
public sealed class GivenCountTests : IDisposable
{
    private readonly SteeredListeners _port = new();

    public void Dispose() => _port.Dispose();

    [Fact]
    public async Task Count_WorkerHasEnded_KeepsItsCount()
    {
        await using var steering = SteeredListeners.Start("ebpf");
        _port.Serve(steering, 0, 1);
        await ServedAsync(steering);
        _port.Connect(4);
        End(steering, 1);
        await AssertGivenAsync(steering, 2, 2);
    }

    [Fact]
    public async Task Count_GroupHasEndedAndBegunAnew_GoesOn()
    {
        await using var steering = SteeredListeners.Start("ebpf");
        _port.Serve(steering, 0, 1);
        await ServedAsync(steering);
        _port.Connect(4);
        End(steering, 0, 1);
        await AssertGivenAsync(steering, 2, 2);
        _port.Serve(steering, 0, 1);
        await ServedAsync(steering);
        _port.Connect(2);
        await AssertGivenAsync(steering, 3, 3);
    }

    [Fact]
    public async Task Save_GroupHasEnded_NextDaemonGoesOn()
    {
        await using var former = SteeredListeners.Start("ebpf");
        _port.Serve(former, 0, 1);
        await ServedAsync(former);
        _port.Connect(4);
        End(former, 0, 1);
        var saved = await former.Steerer.SaveAsync();
        Assert.Empty(saved.Groups);
        await using var steering = SteeredListeners.Start("ebpf", new InheritedSteering([], []) { Ended = saved.Ended });
        await AssertGivenAsync(steering, 2, 2);
    }

    /// <summary>Metrics are asked for while the next program takes over.</summary>
    [Fact]
    public async Task Count_AfterSaveAndAfterTheEnd_IsTheSame()
    {
        await using var steering = SteeredListeners.Start("ebpf");
        _port.Serve(steering, 0, 1);
        await ServedAsync(steering);
        _port.Connect(4);
        Assert.Single((await steering.Steerer.SaveAsync()).Groups);
        await AssertGivenAsync(steering, 2, 2);
        await steering.Steerer.DisposeAsync();
        await AssertGivenAsync(steering, 2, 2);
    }

    /// <summary>No process takes the group of the earlier daemon over.</summary>
    [Fact]
    public async Task Restored_InheritedGroupEnds_KeepsItsCounts()
    {
        await using var steering = SteeredListeners.Start("ebpf", await _port.CrashAsync(0, 1, 2));
        steering.Steerer.Post(new SteeringRequest.Restored());
        await AssertGivenAsync(steering, 1, 1, 1);
    }

    [Fact]
    public async Task Forget_ServiceWasRemoved_HasNoCount()
    {
        await using var steering = SteeredListeners.Start("ebpf");
        _port.Serve(steering, 0);
        await ServedAsync(steering);
        _port.Connect(1);
        End(steering, 0);
        await AssertGivenAsync(steering, 1);
        steering.Steerer.Post(new SteeringRequest.Forget("blue"));
        Assert.Empty(await steering.Steerer.CountAsync());
    }

    /// <summary>Waits until the requests so far have taken effect.</summary>
    private static async Task ServedAsync(LoneSteerer steering) => _ = await steering.Steerer.CountAsync();

    private static void End(LoneSteerer steering, params int[] processes)
    {
        foreach (var process in processes)
            steering.Steerer.Post(new SteeringRequest.Ended(SteeredListeners.Serial(process), "blue"));
    }

    private static async Task AssertGivenAsync(LoneSteerer steering, params int[] expected)
    {
        var counts = await steering.Steerer.CountAsync();
        Assert.Equal(expected, counts.OrderBy(one => one.Key.Index).Select(one => (int)one.Value.Given));
    }
}
