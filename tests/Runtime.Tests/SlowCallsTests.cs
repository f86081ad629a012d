using Reuseportd.Runtime.Messages;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

public sealed class SlowCallsTests
{
    private const int Many = 3 * SlowCalls.MostInPool;

    [Fact]
    public async Task Run_ManyHang_MostLeaveThePool()
    {
        using var end = new ManualResetEventSlim();
        var inPool = 0;
        var (began, all) = (0, new TaskCompletionSource());
        var calls = Enumerable.Range(0, Many).Select(number => SlowCalls.Run(() =>
        {
            if (Thread.CurrentThread.IsThreadPoolThread) Interlocked.Increment(ref inPool);
            if (Interlocked.Increment(ref began) == Many - SlowCalls.MostInPool) all.TrySetResult();
            end.Wait();
            return number;
        })).ToArray();

        // The pool of the tests may begin its own slowly.
        await all.Task.WaitAsync(Deadline.Patience);
        end.Set();
        Assert.Equal(Enumerable.Range(0, Many), await Task.WhenAll(calls).WaitAsync(Deadline.Patience));
        Assert.InRange(inPool, 0, SlowCalls.MostInPool);
    }

    [Fact]
    public async Task Run_CallThrows_IsCountedNoLonger()
    {
        for (var count = 0; count < Many; count++)
            await Assert.ThrowsAsync<IOException>(() => SlowCalls.Run<int>(() => throw new IOException()));
        Assert.True(await SlowCalls.Run(() => Thread.CurrentThread.IsThreadPoolThread));
    }
}
