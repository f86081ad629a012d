using Reuseportd.Model;
using Reuseportd.Runtime.SteeringTask;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>A steerer tells the store what a later daemon needs of a group.</summary>
public sealed class GroupStoreTests : IDisposable
{
    private readonly SteeredListeners _port = new();

    public void Dispose() => _port.Dispose();

    [Fact]
    public async Task Store_GroupIsMadeAndRemoved_IsToldOfEachChangeOnce()
    {
        var store = new StoredChanges();
        await using (var steering = SteeredListeners.Start("ebpf", store: store))
        {
            _port.Serve(steering, 0, 1);
            await steering.Steerer.CountAsync();
            Assert.Equal(["blue"], Assert.Single(store.Put).Services);
            _port.Serve(steering, 2, service: "green");
            await steering.Steerer.CountAsync();
            _port.Serve(steering, 0, 1);
            await steering.Steerer.CountAsync();
            Assert.Equal(["blue", "green"], store.Put[^1].Services);
            Assert.Equal(2, store.Put.Count);
            Assert.All(store.Put[^1].Steered.Numbers, number => Assert.True(SteeredListeners.IsProgramOrMap(number)));

            steering.Steerer.Post(new SteeringRequest.Ended(SteeredListeners.Serial(0), "blue"));
            steering.Steerer.Post(new SteeringRequest.Ended(SteeredListeners.Serial(1), "blue"));
            await steering.Steerer.CountAsync();
            Assert.Empty(store.Removed);
            steering.Steerer.Post(new SteeringRequest.Ended(SteeredListeners.Serial(2), "green"));
            await steering.Steerer.CountAsync();
            Assert.Equal([store.Put[0].Steered.Key], store.Removed);
        }

        Assert.Single(store.Removed);
    }

    [Fact]
    public async Task Store_OtherBalance_HasTheNewProgram()
    {
        var store = new StoredChanges();
        await using var steering = SteeredListeners.Start("ebpf", store: store);
        _port.Serve(steering, 0);
        steering.Steerer.Post(new SteeringRequest.Serve(_port.Placement(1, "blue") with { Balance = Balance.Random }));
        await steering.Steerer.CountAsync();
        Assert.Single(store.Removed);
        Assert.Equal(2, store.Put.Count);
        Assert.All(store.Put[^1].Steered.Numbers, number => Assert.True(SteeredListeners.IsProgramOrMap(number)));
    }
}
