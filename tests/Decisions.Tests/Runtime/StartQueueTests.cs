using CsCheck;
using Reuseportd.Runtime.Fleet;

namespace Decisions.Tests.Runtime;

public sealed class StartQueueTests
{
    private readonly StartQueue<string> _queue = new(parallelism: 2);
    private readonly ServiceStarts<string> _web = new();
    private readonly ServiceStarts<string> _api = new();

    [Fact]
    public void Take_OneService_KeepsItsOrderUpToTheBound()
    {
        Add(_web, "a", "b", "c");

        Assert.Equal(["a", "b"], Begin(_web, _web));
        Assert.False(_queue.HasNext);

        _queue.Ended(_web);
        Assert.Equal(["c"], Begin(_web));
    }

    [Fact]
    public void Take_ServiceHangsInStart_OtherServicesStart()
    {
        Add(_web, "a", "b", "c");
        Begin(_web, _web);
        Add(_api, "x", "y");

        Assert.Equal(["x"], Begin(_api));
        Assert.False(_queue.HasNext);
        _queue.Ended(_api);
        Assert.Equal(["y"], Begin(_api));
    }

    [Fact]
    public void Take_ReturnedStart_PrecedesWaitingStarts()
    {
        Add(_web, "a", "b", "c");
        Assert.Equal(("a", "b"), (_queue.Take(), _queue.Take()));

        _queue.Return(_web, "a");
        _queue.Return(_web, "b");

        Assert.Equal(["a", "b"], Begin(_web, _web));
    }

    [Fact]
    public void Take_SeveralServices_TakeTurns()
    {
        var queue = new StartQueue<string>(parallelism: 100);
        foreach (var start in (string[])["a", "b", "c"]) queue.Add(_web, start);
        foreach (var start in (string[])["x", "y", "z"]) queue.Add(_api, start);
        var order = "";
        while (queue.HasNext)
        {
            var start = queue.Take();
            order += start;
            queue.Began("abc".Contains(start, StringComparison.Ordinal) ? _web : _api);
        }

        Assert.Equal("axbycz", order);
    }

    [Fact]
    public void Hold_UntilReleased_ServiceDoesNotStart()
    {
        _queue.Hold(_web, true);
        Add(_web, "a");
        Assert.False(_queue.HasNext);

        _queue.Hold(_web, false);
        Assert.Equal(["a"], Begin(_web));
    }

    [Fact]
    public void Block_UntilUnblockedAsOften_ServiceDoesNotStart()
    {
        _queue.Block(_web, true);
        _queue.Block(_web, true);
        Add(_web, "a");
        _queue.Block(_web, false);
        Assert.False(_queue.HasNext);
        _queue.Hold(_web, true);
        _queue.Block(_web, false);
        Assert.False(_queue.HasNext);
        _queue.Hold(_web, false);
        Assert.Equal(["a"], Begin(_web));
    }

    [Fact]
    public void Take_AnyOrderOfCalls_KeepsTheBoundAndLosesNoStart() =>
        Gen.Int[0, 11].Array[1, 200].Sample(calls =>
        {
            const int bound = 3;
            var queue = new StartQueue<int>(bound);
            ServiceStarts<int>[] lines = [new(), new(), new(), new()];
            var (added, taken) = (0, 0);
            foreach (var call in calls)
            {
                var line = lines[call % 4];
                if (call < 4)
                {
                    queue.Add(line, call);
                    added++;
                }
                else if (call < 8 && line.InProgress > 0) queue.Ended(line);
                else if (queue.HasNext)
                {
                    taken++;
                    queue.Began(lines[queue.Take()]);
                }

                Assert.True(lines.Sum(one => one.InProgress) < bound + lines.Length);
                Assert.True(lines.Sum(one => Math.Max(0, one.InProgress - 1)) <= bound);
                Assert.Equal(
                    lines.Any(
                        one => one.Waiting.Count > 0 && (one.InProgress == 0 || lines.Sum(other => other.InProgress) < bound)),
                    queue.HasNext);
            }

            Assert.Equal(added, taken + lines.Sum(one => one.Waiting.Count));
        }, iter: Iterations.Times(2_000));

    private void Add(ServiceStarts<string> line, params string[] starts)
    {
        foreach (var start in starts) _queue.Add(line, start);
    }

    /// <summary>Takes one start for each line, and asserts that it is that of the line.</summary>
    private List<string> Begin(params ServiceStarts<string>[] lines)
    {
        var starts = new List<string>();
        foreach (var line in lines)
        {
            Assert.True(_queue.HasNext);
            starts.Add(_queue.Take());
            _queue.Began(line);
        }

        return starts;
    }
}
