using System.Text;
using CsCheck;
using Decisions.Tests.Observability;
using Reuseportd.Binding;

namespace Decisions.Tests.Binding;

public sealed class LineSplitterTests
{
    private const int Limit = LineSplitter.LeastLimit;

    [Theory]
    [InlineData("", "")]
    [InlineData("\n", "[]")]
    [InlineData("one\n", "[one]")]
    [InlineData("one\n\ntwo\n", "[one] [] [two]")]
    [InlineData("one\nrest", "[one] [rest]")]
    [InlineData("one\r\n", "[one\r]")]
    [InlineData("a\0b\n", "[a\0b]")]
    public void Split_WholeStream_GivesItsLines(string stream, string lines) =>
        Assert.Equal(lines, string.Join(' ', Split(Limit, Encoding.UTF8.GetBytes(stream)).Select(line => $"[{line.Text}]")));

    [Theory]
    [InlineData(Limit, 1)]
    [InlineData(Limit + 1, 2)]
    [InlineData(Limit * 2, 2)]
    [InlineData(Limit * 2 + 1, 3)]
    public void Split_LongLine_IsMarkedPieces(int length, int pieces)
    {
        var lines = Split(Limit, Encoding.ASCII.GetBytes(new string('x', length) + "\nnext\n"));
        Assert.Equal(pieces + 1, lines.Count);
        Assert.Equal(length, lines.Take(pieces).Sum(line => line.Text.Length));
        Assert.Equal(Enumerable.Range(0, pieces).Select(index => index > 0), lines.Take(pieces).Select(line => line.Continues));
        Assert.Equal(
            Enumerable.Range(0, pieces).Select(index => index < pieces - 1), lines.Take(pieces).Select(line => line.Cut));
        Assert.Equal(new Piece("next", Continues: false, Cut: false), lines[^1]);
    }

    [Theory]
    [InlineData("é")]
    [InlineData("€")]
    [InlineData("😀")]
    public void Split_LongLineOfWideCharacters_CutsBetweenCharacters(string character)
    {
        var text = string.Concat(Enumerable.Repeat(character, Limit));
        // One byte before the text, so that the limit is inside a character.
        var lines = Split(Limit, Encoding.UTF8.GetBytes("x" + text));
        Assert.Equal("x" + text, string.Concat(lines.Select(line => line.Text)));
        Assert.All(lines, line => Assert.DoesNotContain('\uFFFD', Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(line.Bytes))));
    }

    [Fact]
    public void Split_AnyCuts_GivesTheSameLines()
    {
        var letters = Gen.Frequency((6, Gen.Const((byte)'x')), (1, Gen.Const((byte)'\n')), (2, Gen.Byte));
        var stream = Gen.Frequency(
            (2, letters.Array[0, 3000]),
            (1, Gen.Frequency((400, Gen.Byte), (1, Gen.Const((byte)'\n'))).Array[0, 4000]),
            (1, Gen.OneOf("é", "€", "😀", "x", "\n").Array[0, 1500]
                .Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)))));
        Gen.Select(stream, Gen.Int[1, 900].Array[1, 50]).Sample((bytes, cuts) =>
        {
            var whole = Split(Limit, bytes);
            Assert.Equal(whole, Split(Limit, Chunks(bytes, cuts)));
            Assert.All(whole, line => Assert.InRange(line.Bytes.Length, 0, Limit));
            var joined = string.Concat(whole.Select(line => line.Cut ? line.Bytes : line.Bytes + "\n"));
            var expected = Encoding.Latin1.GetString(bytes);
            Assert.Equal(bytes is [] or [.., (byte)'\n'] ? expected : expected + "\n", joined);
        }, iter: Iterations.Times(3_000));
    }

    [Fact]
    public void Split_LineWholeInTheChunk_IsNotCopied()
    {
        var splitter = new LineSplitter(Limit);
        var chunk = "one\ntwo\nrest"u8.ToArray();
        var at = 0;
        foreach (var line in splitter.Split(chunk))
        {
            Assert.True(line.Bytes.Overlaps(chunk, out var offset));
            Assert.Equal(at, -offset);
            at += 4;
        }

        Assert.Equal(8, at);
    }

    [Fact]
    public void Held_AfterTheEndOfALine_IsEmpty()
    {
        var splitter = new LineSplitter(Limit);
        Assert.Equal(0, splitter.Held);
        foreach (var line in splitter.Split("half"u8)) Assert.Fail("no line yet");
        Assert.Equal(4, splitter.Held);
        foreach (var line in splitter.Split(" done\n"u8)) Assert.Equal("half done"u8, line.Bytes);
        Assert.Equal(0, splitter.Held);
    }

    [Fact]
    public void Split_BusyStream_AllocatesNothing()
    {
        var splitter = new LineSplitter(Limit);
        var chunk = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 99) + "\n", 600)) + "rest");
        Count();
        Assert.Equal(0, Allocations.Of(Count));

        void Count()
        {
            for (var round = 0; round < 50; round++)
            {
                foreach (var line in splitter.Split(chunk)) Assert.True(line.Bytes.Length >= 99);
            }
        }
    }

    private static List<byte[]> Chunks(byte[] bytes, int[] cuts)
    {
        var chunks = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var size = Math.Min(cuts[chunks.Count % cuts.Length], bytes.Length - at);
            chunks.Add(bytes[at..(at + size)]);
            at += size;
        }

        return chunks;
    }

    private static List<Piece> Split(int limit, params IEnumerable<byte[]> chunks)
    {
        var splitter = new LineSplitter(limit);
        var lines = new List<Piece>();
        foreach (var chunk in chunks)
        {
            foreach (var line in splitter.Split(chunk)) lines.Add(Piece.Of(line));
        }

        foreach (var line in splitter.Finish()) lines.Add(Piece.Of(line));
        Assert.Equal(0, splitter.Held);
        return lines;
    }

    /// <param name="Bytes">A character for each byte.</param>
    private sealed record Piece(string Bytes, bool Continues, bool Cut)
    {
        public string Text => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Bytes));

        public static Piece Of(Line line) => new(Encoding.Latin1.GetString(line.Bytes), line.Continues, line.Cut);
    }
}
