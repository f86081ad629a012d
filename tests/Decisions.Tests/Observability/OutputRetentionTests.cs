using System.Text;
using CsCheck;
using Reuseportd.Api.Streams;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;

namespace Decisions.Tests.Observability;

public sealed class OutputRetentionTests
{
    private static readonly DateTime Now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The end of the output is kept, in whole pieces.</summary>
    [Fact]
    public void Tail_PiecesOfAllSizes_KeepsTheNewest() => Gen.Byte.Array[0, 300].Array[0, 60].Sample(pieces =>
    {
        const int capacity = 1000;
        var tail = new OutputTail(new WorkerName("web", 0), capacity);
        foreach (var piece in pieces) tail.Append(Now, 1, OutputStream.Stdout, piece);
        var read = tail.Read(default);
        var kept = read.Pieces.SelectMany(piece => piece.Bytes).ToArray();
        var all = pieces.SelectMany(piece => piece).ToArray();
        Assert.Equal(all[^kept.Length..], kept);
        Assert.Equal(new OutputPlace(pieces.Length, all.Count(letter => letter == '\n')), read.Next);
        Assert.True(kept.Length == all.Length || kept.Length > capacity - 300 || read.Pieces.Count == capacity / 40);
        Assert.Equal(all[..^kept.Length].Count(letter => letter == '\n'), read.LostLines);
        Assert.Empty(tail.Read(read.Next).Pieces);
    });

    [Fact]
    public void Lines_InSeveralPiecesOfTwoStreams_AreComplete()
    {
        var tail = new OutputTail(new WorkerName("web", 3), 4096);
        foreach (var (stream, text) in ((OutputStream, string)[])
                 [
                     (OutputStream.Stdout, "on"), (OutputStream.Stderr, "err\nlibreuseport:loaded:pid=7 version=1\nmore"),
                     (OutputStream.Stdout, "e\r\n\ntwo"),
                     (OutputStream.Stderr, " err\n"),
                 ])
            tail.Append(Now, 7, stream, Encoding.UTF8.GetBytes(text));
        var lines = new LineAssembly(tail).Next(isAll: true)
            .Select(one => $"{one.Line.Worker} {one.Line.Stream} {one.Line.Text}");
        Assert.Equal(
            ["web@3 stderr err", "web@3 stdout one", "web@3 stdout ", "web@3 stderr more err", "web@3 stdout two"], lines);
    }

    [Fact]
    public void Lines_LineWithoutEnd_IsCut()
    {
        var tail = new OutputTail(new WorkerName("web", 0), 1 << 20);
        tail.Append(Now, 7, OutputStream.Stdout, Enumerable.Repeat((byte)'x', 20_000).ToArray());
        var lengths = new LineAssembly(tail).Next(isAll: true).Select(one => one.Line.Text.Length);
        Assert.Equal([8192, 8192, 20_000 - 2 * 8192], lengths);
    }

    /// <summary>A reader does not count overwritten pieces as lost if it has already read them.</summary>
    [Fact]
    public void Lines_OverwrittenBetweenTwoReads_AreCountedBeforeTheNextLine()
    {
        var tail = new OutputTail(new WorkerName("web", 0), 400);
        var lines = new LineAssembly(tail);
        Write(0, 5);
        Assert.Equal(5, lines.Next().Count());
        Append("half ");
        Assert.Empty(lines.Next());
        Write(5, 30);
        (long? Lost, string Text)[] seen = [.. lines.Next().Select(one => (one.Line.Lost, one.Line.Text))];
        Assert.Equal("34", seen[^1].Text);
        Assert.Equal(30 - seen.Length, seen[0].Lost);
        Assert.All(seen[1..], one => Assert.Null(one.Lost));
        // The end of a line after the gap is not joined to its beginning before the gap.
        Assert.DoesNotContain(seen, one => one.Text.Contains("half", StringComparison.Ordinal));

        void Write(int first, int count)
        {
            foreach (var number in Enumerable.Range(first, count)) Append($"{number}\n");
        }

        void Append(string text) => tail.Append(Now, 1, OutputStream.Stdout, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>
    /// Processes that end within a line, in sequence: their partial lines are shown and not kept forever.
    /// </summary>
    [Fact]
    public void Lines_ProcessEndsWithoutANewline_AreComplete()
    {
        var tail = new OutputTail(new WorkerName("web", 0), 1 << 20);
        var lines = new LineAssembly(tail);
        foreach (var pid in Enumerable.Range(1, 100))
            tail.Append(Now, pid, OutputStream.Stdout, Encoding.UTF8.GetBytes($"half of {pid}"));
        Assert.Equal(Enumerable.Range(1, 92).Select(pid => $"half of {pid}"), lines.Next().Select(one => one.Line.Text));
        tail.Append(Now, 100, OutputStream.Stdout, "\n"u8);
        Assert.Equal(["half of 100"], lines.Next().Select(one => one.Line.Text));
    }

    /// <summary>
    /// Two thousand flooding workers stay within the budget, and each of the last has its newest line.
    /// </summary>
    [Fact]
    public void Append_ManyWorkers_StaysWithinItsBounds()
    {
        var retention = new OutputRetention(TimeProvider.System);
        var chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'a');
        chunk[^1] = (byte)'\n';
        LineSource[] sources =
        [
            .. Enumerable.Range(0, 3000).Select(
                index => new LineSource(new WorkerName("web", index), index + 1, OutputStream.Stdout)),
        ];
        for (var round = 0; round < 3; round++)
            foreach (var source in sources) retention.Append(source, chunk);

        Assert.InRange(retention.Held, 1 << 20, 8 << 20);
        Assert.Equal(retention.Held, retention.Tails.Sum(tail => (long)tail.Capacity));
        var last = Assert.Single(retention.Tails, tail => tail.Worker.Index == 2999);
        Assert.EndsWith("a\n", Encoding.UTF8.GetString(last.Read(default).Pieces[^1].Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Append_OneLineOfEachWorker_UsesLittleMemory()
    {
        var retention = new OutputRetention(TimeProvider.System);
        foreach (var index in Enumerable.Range(0, 1000))
            retention.Append(new LineSource(new WorkerName("web", index), index + 1, OutputStream.Stderr), new byte[100]);

        Assert.Equal(1000 * 512, retention.Held);
    }

    /// <summary>A worker that begins to write late gets as much room as others, although the others hold all of it.</summary>
    [Fact]
    public void Append_NoRoomIsLeft_WriterKeepsItsMinimum()
    {
        var retention = new OutputRetention(TimeProvider.System);
        var source = new LineSource(new WorkerName("late", 0), 1, OutputStream.Stdout);
        retention.Append(source, "first\n"u8);
        var chunk = new byte[64 * 1024];
        foreach (var index in Enumerable.Range(0, 2047))
            retention.Append(new LineSource(new WorkerName("web", index), index + 2, OutputStream.Stdout), chunk);

        for (var line = 0; line < 40; line++) retention.Append(source, new byte[100]);

        var late = Assert.Single(retention.Tails, tail => tail.Worker.Service == "late");
        Assert.False(late.IsGone);
        Assert.Equal(4096, late.Capacity);
        Assert.InRange(retention.Held, 1 << 20, 8 << 20);
        Assert.Equal(retention.Held, retention.Tails.Sum(tail => (long)tail.Capacity));
    }

    [Fact]
    public async Task Changed_NextOutput_Completes()
    {
        var retention = new OutputRetention(TimeProvider.System);
        var changed = retention.Changed;
        Assert.False(changed.IsCompleted);
        retention.Append(new LineSource(new WorkerName("web", 0), 1, OutputStream.Stdout), "x\n"u8);
        await changed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
