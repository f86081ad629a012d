using Reuseportd.Observability.Events;
using Serilog;

namespace Decisions.Tests.Observability;

public sealed class EventRingTests
{
    private const int Size = 8;

    private readonly EventRing _ring = new(Size);

    [Fact]
    public void Read_MoreEventsThanTheRingHolds_CountsTheLostEvents()
    {
        Log(20);
        var batch = _ring.Read(after: 5, most: 100);
        Assert.Equal([13L, 14L, 15L, 16L, 17L, 18L, 19L, 20L], batch.Events.Select(happened => happened.Sequence));
        Assert.Equal((7, 20), (batch.Lost, batch.Next));
    }

    [Fact]
    public void Read_InParts_HasEachEventOnce()
    {
        Log(7);
        var (first, second) = (_ring.Read(0, most: 5), _ring.Read(5, most: 5));
        Assert.Equal(
            Enumerable.Range(1, 7).Select(number => (long)number),
            first.Events.Concat(second.Events).Select(happened => happened.Sequence));
        Assert.Equal((0, 0, 7), (first.Lost, second.Lost, second.Next));
        Assert.Empty(_ring.Read(7, most: 5).Events);
        Assert.Equal(7, _ring.Read(7, most: 5).Next);
    }

    [Fact]
    public async Task WaitAsync_NextEvent_Completes()
    {
        Log(1);
        Assert.True(_ring.WaitAsync(0).IsCompleted);
        var waits = _ring.WaitAsync(1);
        Assert.False(waits.IsCompleted);
        Log(1);
        await waits.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Emit_MessageOfALibrary_IsNoEvent()
    {
        using var logger = new LoggerConfiguration().WriteTo.Sink(_ring).CreateLogger();
        logger.Information("something else");
        Assert.Equal(0, _ring.Newest);
    }

    private void Log(int count)
    {
        using var logger = new LoggerConfiguration().WriteTo.Sink(_ring).CreateLogger();
        for (var number = 0; number < count; number++) logger.Stopping("a test");
    }
}
