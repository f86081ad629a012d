using System.Text;
using CsCheck;
using Reuseportd.Api.Documents;
using Reuseportd.Api.Streams;
using Reuseportd.Hosting;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Serilog;

namespace Decisions.Tests.Observability;

/// <summary>The newest events and output, which a daemon passes on to the next one.</summary>
public sealed class RingsTests
{
    private static readonly WorkerName Web = new("web", 3);

    [Fact]
    public void Read_WrittenEvents_AreTheSameAndTheirNumbersGoOn()
    {
        var rings = Rings.Take(null);
        Log(rings, EventRing.DefaultSize + 10);
        var read = Copy(rings);
        Assert.Equal(Documents(rings), Documents(read));
        Log(read, 1);
        Assert.Equal(EventRing.DefaultSize + 11, read.Events.Newest);
        var next = read.Events.Read(after: EventRing.DefaultSize + 10, most: 9);
        Assert.Equal((0L, EventRing.DefaultSize + 11L), (next.Lost, Assert.Single(next.Events).Sequence));
    }

    [Fact]
    public void Read_WrittenOutput_HasTheSameLinesAndGoesOnInALine()
    {
        var rings = Rings.Take(null);
        foreach (var text in (string[])["one\n", "two\nhal"]) Append(rings, OutputStream.Stdout, text);
        Append(rings, OutputStream.Stderr, "error\n");
        var read = Copy(rings);
        Assert.Equal(rings.Output.Held, read.Output.Held);
        Append(read, OutputStream.Stdout, "f\n");
        var lines = new LineAssembly(Assert.Single(read.Output.Tails)).Next(isAll: true);
        Assert.Equal(
            ["stdout one", "stdout two", "stderr error", "stdout half"],
            lines.Select(one => $"{one.Line.Stream} {one.Line.Text}"));
    }

    /// <summary>A ring that has overwritten output: its numbers of pieces and of lost lines go on.</summary>
    [Fact]
    public void Read_OverwrittenOutput_CountsTheSameLostLines()
    {
        var tail = new OutputTail(Web, 400);
        for (var number = 0; number < 50; number++)
            tail.Append(DateTime.UtcNow, 7, OutputStream.Stdout, Encoding.UTF8.GetBytes($"{number}\n"));
        using var bytes = new MemoryStream();
        using (var into = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true)) tail.Write(into);
        bytes.Position = 0;
        using var from = new BinaryReader(bytes);
        var read = OutputTail.Read(from, most: 400);
        Assert.Equal(Facts(tail), Facts(read));
        Assert.NotEqual(0, read.Read(default).LostLines);
    }

    [Fact]
    public void Read_DamagedFile_IsDroppedWithAReason()
    {
        var rings = Rings.Take(null);
        Log(rings, 5);
        Append(rings, OutputStream.Stdout, "one\ntwo\n");
        var bytes = rings.Write();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte, Gen.Bool).Sample(
            (at, value, isCut) =>
            {
                byte[] damaged = isCut ? bytes[..at] : [.. bytes[..at], value, .. bytes[(at + 1)..]];
                var (read, problem) = Rings.Read(damaged);
                Assert.Equal(read is null, problem is { Length: > 0 });
                if (read is null) return;
                _ = Documents(read);
                foreach (var tail in read.Output.Tails) _ = new LineAssembly(tail).Next(isAll: true).Count();
            },
            iter: Iterations.Times(10_000));
    }

    private static Rings Copy(Rings rings)
    {
        var (read, problem) = Rings.Read(rings.Write());
        Assert.Null(problem);
        return Assert.IsType<Rings>(read);
    }

    private static void Log(Rings rings, int count)
    {
        using var logger = new LoggerConfiguration().WriteTo.Sink(rings.Events).CreateLogger();
        for (var number = 0; number < count; number++) logger.Spawned(Web, 4242 + number, number, ShardingMethod.Preload);
    }

    private static void Append(Rings rings, OutputStream stream, string text) =>
        rings.Output.Append(new LineSource(Web, 7, stream), Encoding.UTF8.GetBytes(text));

    private static string[] Documents(Rings rings) =>
    [
        .. rings.Events.Read(after: 0, most: EventRing.DefaultSize).Events
            .Select(recorded => Encoding.UTF8.GetString(EventDocuments.Frame(EventDocuments.From(recorded)))),
    ];

    private static (string Text, long Lost, OutputPlace Next) Facts(OutputTail tail)
    {
        var read = tail.Read(default);
        return (string.Concat(read.Pieces.Select(piece => $"{piece.At:O}{piece.Pid}{Encoding.UTF8.GetString(piece.Bytes)}")),
            read.LostLines, read.Next);
    }
}
