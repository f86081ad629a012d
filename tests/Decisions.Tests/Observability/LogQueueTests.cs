using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;

namespace Decisions.Tests.Observability;

public sealed class LogQueueTests : IDisposable
{
    private const int Capacity = 8 * 1024;

    private static readonly TimeSpan Stall = LogQueue.DefaultStallAfter;

    private readonly ManualTime _time = new();
    private readonly TestDestination _destination = new(most: 100);
    private readonly LogQueue _queue;

    public LogQueueTests() => _queue = new LogQueue(_destination, _time, Capacity);

    public void Dispose()
    {
        _destination.Release();
        _queue.Dispose();
        _destination.Dispose();
        _time.Dispose();
    }

    [Fact]
    public void TryAppend_SeveralRecords_AreWrittenInOrder()
    {
        Assert.True(_queue.TryAppend(Records.Of("one\n", "two\n")));
        _queue.Start();
        Assert.True(_queue.AppendLines(Records.Of("three\n")));
        Assert.True(_queue.Flush(Deadlines.Patience));
        Assert.Equal("one\ntwo\nthree\n", _destination.Text);
    }

    [Fact]
    public void AppendLines_SlowDestination_LosesNothing()
    {
        const int lines = 20_000;
        _queue.Start();
        for (var line = 0; line < lines; line += 2)
            Assert.True(_queue.AppendLines(Records.Of($"line {line}\n", $"line {line + 1}\n")));
        Assert.True(_queue.Stop(Deadlines.Patience));
        Assert.Equal(Enumerable.Range(0, lines).Select(line => $"line {line}"), _destination.Lines);
        Assert.Equal(0, _queue.Lost.Total);
    }

    [Fact]
    public async Task AppendLines_SeveralThreads_KeepsTheOrderOfEach()
    {
        _queue.Start();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (var line = 0; line < 2_000; line++) Assert.True(_queue.AppendLines(Records.Of($"{thread} {line}\n")));
        })));
        Assert.True(_queue.Stop(Deadlines.Patience));
        foreach (var thread in Enumerable.Range(0, 4))
        {
            Assert.Equal(
                Enumerable.Range(0, 2_000).Select(line => $"{thread} {line}"),
                _destination.Lines.Where(line => line.StartsWith($"{thread} ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void TryAppend_NoRoom_IsCountedAndDoesNotWait()
    {
        FillBehindHeldWrite();
        var accepted = 0;
        while (_queue.TryAppend(Records.Of("event\n"))) accepted++;
        // Lines leave room for events.
        Assert.True(accepted > 10);
        Assert.Equal(1, _queue.Lost.Events);
        Assert.Equal(0, _queue.Lost.Lines);
    }

    [Fact]
    public async Task AppendLines_StuckDestination_WaitsOnceThenDrops()
    {
        FillBehindHeldWrite();
        var waiting = Task.Run(() => _queue.AppendLines(Large(1)));
        _time.AwaitTimer();
        _time.Advance(Stall - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.False(await waiting.WaitAsync(Deadlines.Patience));
        // The queue does not wait again while the destination is stuck.
        Assert.False(_queue.AppendLines(Large(2)));
        Assert.Equal(3, _queue.Lost.Lines);
    }

    [Fact]
    public async Task AppendLines_DestinationAcceptsDuringTheWait_LosesNothing()
    {
        FillBehindHeldWrite();
        var waiting = Task.Run(() => _queue.AppendLines(Large(1)));
        _time.AwaitTimer();
        _destination.Release();
        Assert.True(await waiting.WaitAsync(Deadlines.Patience));
        Assert.True(_queue.Flush(Deadlines.Patience));
        Assert.Equal(0, _queue.Lost.Total);
    }

    [Fact]
    public async Task Start_DestinationRecovers_CountsTheLostRecords()
    {
        var said = new List<LogLoss>();
        await MakeStuck(loss =>
        {
            said.Add(loss);
            Assert.True(_queue.TryAppend(Records.Of($"lost {loss.Lines}\n")));
        });
        Assert.False(_queue.AppendLines(Large(6)));
        _destination.Release();
        Assert.True(_queue.Stop(Deadlines.Patience));
        Assert.Equal(7, Assert.Single(said).Lines);
        Assert.Equal("lost 7", _destination.Lines[^1]);
    }

    [Fact]
    public async Task Start_LossReportedWhileFull_HasRoom()
    {
        var said = false;
        await MakeStuck(_ =>
        {
            while (!said && _queue.TryAppend(Records.Of(new string('x', 512)))) said = _queue.Footprint > 2 * Capacity;
        });
        _destination.Release();
        Assert.True(_queue.Stop(Deadlines.Patience));
        Assert.True(said);
    }

    [Fact]
    public void TryAppend_Flood_KeepsTheMemoryBounded()
    {
        _destination.Hold();
        _queue.Start();
        for (var round = 0; round < 10_000; round++) _queue.TryAppend(Records.Of("an event of some length\n"));
        Assert.True(_queue.Lost.Events > 9_000);
        Assert.InRange(_queue.Footprint, 1, 3 * Capacity);
    }

    [Fact]
    public void AppendLines_RecordLargerThanTheQueue_IsAcceptedWhenTheQueueIsEmpty()
    {
        _queue.Start();
        Assert.True(_queue.AppendLines(Records.Of(new string('x', 4 * Capacity) + "\n")));
        Assert.True(_queue.Flush(Deadlines.Patience));
        Assert.Equal(4 * Capacity + 1, _destination.Text.Length);
        Assert.InRange(_queue.Footprint, 0, 3 * Capacity);
    }

    [Fact]
    public void Start_DestinationThrowsOrFails_IsReportedAndContinues()
    {
        var said = new List<LogLoss>();
        _queue.Start(said.Add);
        _destination.Instead = _ => throw new IOException();
        _queue.TryAppend(Records.Of("one\n"));
        Assert.True(_queue.Flush(Deadlines.Patience));
        _destination.Instead = _ => LogProgress.Failed(Records.NoSpace);
        _queue.TryAppend(Records.Of("two\n", "three\n"));
        Assert.True(_queue.Flush(Deadlines.Patience));
        Assert.Empty(said);
        _destination.Instead = null;
        _queue.TryAppend(Records.Of("four\n"));
        Assert.True(_queue.Stop(Deadlines.Patience));
        Assert.Equal("four\n", _destination.Text);
        Assert.Equal(new LogLoss(0, 0, Unwritten: 3, Records.NoSpace), Assert.Single(said));
    }

    [Fact]
    public void Start_ReportOfALossThrows_Continues()
    {
        _queue.Start(_ => throw new InvalidOperationException());
        _destination.Instead = batch => LogProgress.LostOne(batch.LengthThrough(0), Records.NoSpace);
        _queue.TryAppend(Records.Of("one\n"));
        Assert.True(_queue.Flush(Deadlines.Patience));
        _destination.Instead = null;
        _queue.TryAppend(Records.Of("two\n"));
        Assert.True(_queue.Flush(Deadlines.Patience));
        _queue.TryAppend(Records.Of("three\n"));
        Assert.True(_queue.Stop(Deadlines.Patience));
        Assert.Equal("two\nthree\n", _destination.Text);
    }

    [Fact]
    public async Task Flush_StuckDestination_GivesUpAtItsDeadline()
    {
        _destination.Hold();
        _queue.Start();
        _queue.TryAppend(Records.Of("one\n"));
        var flush = Task.Run(() => _queue.Flush(TimeSpan.FromSeconds(5)));
        _time.AwaitTimer();
        Assert.False(flush.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await flush.WaitAsync(Deadlines.Patience));
        _destination.Release();
        Assert.True(_queue.Flush(Deadlines.Patience));
    }

    [Fact]
    public async Task Stop_StuckDestination_GivesUpAtItsDeadline()
    {
        _destination.Hold();
        _queue.Start();
        _queue.TryAppend(Records.Of("one\n"));
        var stop = Task.Run(() => _queue.Stop(TimeSpan.FromSeconds(5)));
        _time.AwaitTimer();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(await stop.WaitAsync(Deadlines.Patience));
    }

    [Fact]
    public void Stop_RecordsWaiting_AreWrittenAndLaterOnesCounted()
    {
        _queue.Start();
        _queue.TryAppend(Records.Of("one\n"));
        Assert.True(_queue.Stop(Deadlines.Patience));
        Assert.False(_queue.TryAppend(Records.Of("two\n")));
        Assert.False(_queue.AppendLines(Records.Of("three\n", "four\n")));
        Assert.Equal("one\n", _destination.Text);
        Assert.Equal(new LogLoss(1, 2, 0, default), _queue.Lost);
    }

    [Fact]
    public async Task Stop_LinesWaitingForRoom_AreDropped()
    {
        FillBehindHeldWrite();
        var waiting = Task.Run(() => _queue.AppendLines(Large(1)));
        _time.AwaitTimer();
        Assert.False(_queue.Stop(TimeSpan.Zero));
        Assert.False(await waiting.WaitAsync(Deadlines.Patience));
    }

    /// <summary>The writer hangs in a write, and the other buffer has no room for lines.</summary>
    private void FillBehindHeldWrite(Action<LogLoss>? sayLoss = null)
    {
        _destination.Hold();
        _queue.Start(sayLoss);
        Assert.True(_queue.AppendLines(Records.Of("first\n")));
        _destination.AwaitWrite();
        Assert.True(_queue.AppendLines(Large(3)));
    }

    private async Task MakeStuck(Action<LogLoss> sayLoss)
    {
        FillBehindHeldWrite(sayLoss);
        var waiting = Task.Run(() => _queue.AppendLines(Large(1)));
        _time.AwaitTimer();
        _time.Advance(Stall);
        Assert.False(await waiting.WaitAsync(Deadlines.Patience));
    }

    private static RecordBuffer Large(int records) =>
        Records.Of([.. Enumerable.Repeat(new string('x', 1_100) + "\n", records)]);
}
