using System.Text;
using Reuseportd.Observability.Lines;

namespace Decisions.Tests.Observability;

public sealed class LastWordsTests
{
    private const string Loaded = "libreuseport:loaded:pid=4242 version=1.0.0\n";
    private const string Bind =
        "libreuseport:bind:pid=4242 fd=3 inode=7 family=inet type=stream addr=127.0.0.1 port=80 matched=1 reuseport=1 "
                                + "reuseaddr=-1 device=- result=EADDRINUSE\n";

    private readonly LastWords _words = new(stdout: true, stderr: true);

    [Theory]
    [InlineData(null)]
    [InlineData(null, "")]
    [InlineData(null, "\n", " \r\n\t\n", "\0\n")]
    [InlineData("one", "one\n")]
    [InlineData("two", "one\ntwo\n")]
    [InlineData("two", "one\n", "two\n")]
    [InlineData("two", "one\ntwo")]
    [InlineData("two", "one\ntwo\n\n  \r\n")]
    [InlineData("two", "one\ntwo\n", "\n", "\n")]
    [InlineData("a line in pieces", "one\na li", "ne in", " pieces\n")]
    [InlineData("a line in pieces", "one\na li", "ne in", " pieces\n\n")]
    [InlineData("three", "one\ntw", "o\nthree\n")]
    [InlineData("three", "tw", "o\nthree\n", "\n  ")]
    [InlineData("indented", "one\n   \t indented  \r\n")]
    public void Line_AfterEmptyLines_IsTheLastWithText(string? line, params string[] reads)
    {
        foreach (var read in reads) Err(read);
        Assert.Equal(line, _words.Line);
    }

    /// <summary>The next daemon goes on with the newest line and with the unfinished one.</summary>
    [Theory]
    [InlineData("one", "one\n", "")]
    [InlineData("one", "one\n", "\n")]
    [InlineData("two", "one\ntwo\n", "")]
    [InlineData("three", "one\n", "three\n")]
    public void Finished_OtherObject_ShowsTheSameLine(string line, string before, string after)
    {
        Err(before);
        var next = new LastWords(stdout: true, stderr: true);
        next.Add(OutputStream.Stderr, [.. _words.Finished(OutputStream.Stderr), (byte)'\n']);
        next.Add(OutputStream.Stderr, Encoding.UTF8.GetBytes(after));
        Assert.Equal(line, next.Line);
        Assert.Equal(line, LastWords.OfEarlierDaemon(next.Line!).Line);
    }

    [Theory]
    [InlineData(null, Loaded)]
    [InlineData(null, Loaded + Bind)]
    [InlineData("own", "own\n" + Loaded + Bind)]
    [InlineData("own", "own\n" + Loaded, Bind, Bind)]
    [InlineData("own", Loaded + "own\n" + Bind)]
    [InlineData("own", Bind + "own\n")]
    [InlineData("Starting...", "Starting... " + Bind)]
    [InlineData("Starting...", "Starting... ", Bind)]
    [InlineData("Starting... done", "Starting... ", "done\n" + Bind)]
    [InlineData("own", "own\n", "libreuse", "port:loaded:pid=4242 version=1.0.0\n")]
    [InlineData("own", "own\nlibreuseport:SO_REUSEPORT:Protocol not available\n")]
    [InlineData("GET /libreuseport:x", "GET /libreuseport:x\n")]
    public void Line_FromTheLibrary_IsSkipped(string? line, params string[] reads)
    {
        foreach (var read in reads) Err(read);
        Assert.Equal(line, _words.Line);
    }

    [Fact]
    public void Line_BothStreams_IsThatOfStderr()
    {
        Out("of stdout\n");
        Assert.Equal("of stdout", _words.Line);
        Err(Loaded);
        Assert.Equal("of stdout", _words.Line);
        Err("of stderr\n");
        Out("of stdout, later\n");
        Assert.Equal("of stderr", _words.Line);
    }

    [Theory]
    [InlineData("\e[31mred\e[0m", @"\x1b[31mred\x1b[0m")]
    [InlineData("\u009b31mred", @"\x9b31mred")]
    [InlineData("tab\tand größe", "tab\tand größe")]
    [InlineData("10%\r20%", @"10%\x0d20%")]
    public void Line_ControlCharacters_AreEscaped(string written, string shown)
    {
        Err(written + "\n");
        Assert.Equal(shown, _words.Line);
    }

    [Fact]
    public void Line_InvalidUtf8_IsText()
    {
        _words.Add(OutputStream.Stderr, [.. "caf"u8, 0xE9, .. " is closed\n"u8]);
        Assert.Equal("caf\uFFFD is closed", _words.Line);
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(201, "...")]
    [InlineData(100_000, "...")]
    public void Line_TooLong_IsCut(int length, string end)
    {
        Err(new string('x', length) + "\n");
        Assert.Equal(new string('x', 200) + end, _words.Line);
    }

    [Theory]
    [InlineData("é", 0, 100)]
    [InlineData("é", 1, 99)]
    [InlineData("€", 0, 66)]
    [InlineData("😀", 1, 49)]
    public void Line_TooLong_IsCutBetweenCharacters(string character, int ahead, int whole)
    {
        Err(new string('x', ahead) + string.Concat(Enumerable.Repeat(character, 300)) + "\n");
        Assert.Equal(new string('x', ahead) + string.Concat(Enumerable.Repeat(character, whole)) + "...", _words.Line);
    }

    /// <summary>The last line does not depend on the sizes of reads.</summary>
    [Theory]
    [InlineData("one\ntwo\n")]
    [InlineData("\n\none\n  \n")]
    [InlineData("own words\n" + Loaded + "  last words\n\n")]
    [InlineData("no end")]
    public void Line_ReadByteByByte_IsTheSame(string text)
    {
        var whole = new LastWords(stdout: true, stderr: true);
        whole.Add(OutputStream.Stderr, Encoding.UTF8.GetBytes(text));
        foreach (var one in Encoding.UTF8.GetBytes(text)) _words.Add(OutputStream.Stderr, [one]);
        Assert.Equal(whole.Line, _words.Line);
    }

    [Fact]
    public void IsFinal_BothStreamsEnded_IsTrue()
    {
        _words.End(OutputStream.Stderr);
        Assert.False(_words.IsFinal);
        _words.End(OutputStream.Stdout);
        Assert.True(_words.IsFinal);
    }

    [Fact]
    public void IsFinal_StderrHasALine_StdoutIsNotWaitedFor()
    {
        Err("why\n");
        Assert.False(_words.IsFinal);
        _words.End(OutputStream.Stderr);
        Assert.True(_words.IsFinal);
    }

    [Fact]
    public void IsFinal_StreamsAreNotRead_IsTrue() => Assert.True(new LastWords(stdout: false, stderr: false).IsFinal);

    [Fact]
    public void Take_AnyNumberOfLines_AllocatesNothing()
    {
        var chunk = Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat("a line of a worker that has much to say\n", 1000)) + "and a part");
        _words.Add(OutputStream.Stderr, chunk);
        _words.Add(OutputStream.Stderr, chunk);
        Assert.Equal(0, Allocations.Of(() => _words.Add(OutputStream.Stderr, chunk)));
    }

    private void Err(string text) => _words.Add(OutputStream.Stderr, Encoding.UTF8.GetBytes(text));

    private void Out(string text) => _words.Add(OutputStream.Stdout, Encoding.UTF8.GetBytes(text));
}
