using Reuseportd.Runtime.Messages;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

public sealed class SharedCallTests
{
    [Fact]
    public async Task Ask_CallHangs_OthersShareTheNextOne()
    {
        using var end = new ManualResetEventSlim();
        var calls = 0;
        var shared = new SharedCall<int>(() =>
        {
            var number = Interlocked.Increment(ref calls);
            end.Wait();
            return number;
        });
        var first = shared.AskAsync();
        Deadline.Until(() => Volatile.Read(ref calls) == 1, "the first call hangs");
        var others = Enumerable.Range(0, 100).Select(_ => shared.AskAsync()).ToArray();
        Assert.Equal(1, Volatile.Read(ref calls));

        end.Set();
        Assert.Equal(1, await first.WaitAsync(Deadline.Patience));
        Assert.All(await Task.WhenAll(others).WaitAsync(Deadline.Patience), answer => Assert.InRange(answer, 2, calls));
    }

    [Fact]
    public async Task Ask_CallFails_NextOneIsMade()
    {
        var calls = 0;
        var shared = new SharedCall<int>(() => ++calls == 1 ? throw new IOException() : calls);
        await Assert.ThrowsAsync<IOException>(shared.AskAsync);
        Assert.Equal(2, await shared.AskAsync());
    }
}
