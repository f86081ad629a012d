using System.Text;
using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Lines;

namespace Decisions.Tests.Observability;

public sealed class WorkerLogTests
{
    private const int LinesOfARound = 2_000;

    private static readonly LineSource Source = WorkerLog.Open(new WorkerName("web", 0), 4242, OutputStream.Stdout);

    [Fact]
    public void Append_BeforeHandOver_KeepsTheLine()
    {
        using var time = new ManualTime();
        using var destination = new TestDestination();
        using var queue = new LogQueue(destination, time);
        queue.Start();
        var log = new WorkerLog(queue, new ConsoleLineFormat(colour: false), time);
        log.Append(Source, new Line("one"u8));
        Assert.True(queue.Flush(Deadlines.Patience));
        Assert.Equal("", destination.Text);
        time.Advance(TimeSpan.FromSeconds(1));
        log.Append(Source, new Line("two"u8));
        log.HandOver();
        log.HandOver();
        log.Append(Source, new Line("three"u8));
        log.HandOver();
        Assert.True(queue.Stop(Deadlines.Patience));
        // A batch of lines has one time.
        Assert.Equal(
            ["03:04:05.006 web@0 stdout | one", "03:04:05.006 web@0 stdout | two", "03:04:06.006 web@0 stdout | three"],
            destination.Lines);
    }

    /// <summary>
    /// From the read buffer to the queue. The writer is held meanwhile, so that each round goes into the same buffers.
    /// </summary>
    [Theory]
    [InlineData("json")]
    [InlineData("journal")]
    [InlineData("console")]
    public void Append_UsualLine_AllocatesNothing(string form)
    {
        using var time = new ManualTime();
        using var destination = new TestDestination();
        using var queue = new LogQueue(destination, time, capacity: 64 * 1024 * 1024);
        queue.Start();
        var log = new WorkerLog(queue, DaemonLog.Lines(Enum.Parse<LogForm>(form, ignoreCase: true), colour: true), time);
        var source = WorkerLog.Open(new WorkerName("web", 1), 4242, OutputStream.Stderr);
        var splitter = new LineSplitter(8 * 1024);
        var limit = new RateLimit(TimeSpan.FromSeconds(30), burst: 1_000_000);
        var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, LinesOfARound)
            .Select(line => (line % 10) switch { 0 => "héllo\n", 1 => "bad \0\e[m\n", _ => new string('x', 99) + "\n" }))
            + "rest");
        var lines = 0;
        Round();
        Round();
        Assert.Equal(0, Allocations.Of(Round));
        Assert.Equal(0, lines % LinesOfARound);
        Assert.Equal(0, queue.Lost.Total);

        long Round()
        {
            destination.Hold();
            queue.TryAppend(Records.Of("held\n"));
            destination.AwaitWrite();
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var line in splitter.Split(chunk))
            {
                if (OutcomeParser.TryFind(line.Bytes, out _, out _) || !limit.Admit(TimeSpan.Zero, out _)) continue;
                log.Append(source, line);
                lines++;
            }

            log.HandOver();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            destination.Release();
            Assert.True(queue.Flush(Deadlines.Patience));
            destination.AwaitWrite();
            return allocated;
        }
    }
}
