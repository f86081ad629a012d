using Reuseportd.Planning.RollingUpdates;

namespace Decisions.Tests.Planning;

public sealed class WorkerQueueTests
{
    [Fact]
    public void With_WorkersInTheQueue_KeepTheirPlaces() => Assert.Equal([5, 3, 9], WorkerQueue.Empty.With(5, 3).With(3, 9, 5));

    [Fact]
    public void Without_WorkerInTheMiddle_KeepsTheOrderOfTheOthers()
    {
        var queue = WorkerQueue.Empty.With(5, 3, 9).Without(3);
        Assert.Equal((2, 5, false), (queue.Count, queue.First, queue.Contains(3)));
        Assert.Equal([5, 9, 3], queue.With(3));
    }

    [Fact]
    public void Without_UnknownWorker_ChangesNothing()
    {
        var queue = WorkerQueue.Empty.With(5);
        Assert.Same(queue, queue.Without(4));
        Assert.Same(queue, queue.With(5));
    }
}
