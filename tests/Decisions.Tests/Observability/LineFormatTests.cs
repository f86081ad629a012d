using System.Text;
using System.Text.Json;
using CsCheck;
using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Decisions.Tests.Observability;

public sealed class LineFormatTests
{
    private static readonly DateTime Moment = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc).AddTicks(1_234_560);

    /// <summary>Valid and broken UTF-8, controls of both sets, and the marks of JSON.</summary>
    private static readonly Gen<byte[]> Texts = Gen.OneOf(
        Gen.Byte.Array[0, 300],
        Gen.Char[' ', '~'].Array[0, 300].Select(text => Encoding.UTF8.GetBytes(text)),
        Gen.String[0, 200].Select(Encoding.UTF8.GetBytes),
        Gen.OneOf("a", "\"", "\\", "\e[31m", "\u0085", "\u009B", "\u00A0", "é", "€", "😀", "\0", "\x7F", "\t").Array[0, 60]
            .Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))));

    [Fact]
    public void Append_Json_IsOneObjectWithTheFieldsOfTheDesign() =>
        Assert.Equal(
            """{"timestamp":"2026-01-02T03:04:05.123456Z","PRIORITY":"""
            + """6,"SYSLOG_IDENTIFIER":"web","REUSEPORT_SERVICE":"web","REUSEPORT_WORKER":"""
            + """0,"REUSEPORT_PID":4242,"REUSEPORT_STREAM":"stderr","MESSAGE":"hello"}""" + "\n",
            Encoding.UTF8.GetString(Format(new JsonLineFormat(), "hello"u8)));

    [Theory]
    [InlineData("", "")]
    [InlineData("say \"a\\b\"", "say \\\"a\\\\b\\\"")]
    [InlineData("\t\r\b\f\0\e\x7F", "\\t\\r\\b\\f\\u0000\\u001b\\u007f")]
    [InlineData("\u0080\u009F\u00A0", "\\u0080\\u009f\u00A0")]
    [InlineData("é€😀", "é€😀")]
    public void Append_JsonMessage_EscapesControlsOnly(string text, string expected) =>
        Assert.EndsWith(
            $"\"MESSAGE\":\"{expected}\"}}\n",
            Encoding.UTF8.GetString(Format(new JsonLineFormat(), Encoding.UTF8.GetBytes(text))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData(new byte[] { 0xFF, (byte)'a' }, "\uFFFDa")]
    [InlineData(new byte[] { (byte)'a', 0xE2, 0x82 }, "a\uFFFD")]
    [InlineData(new byte[] { 0xC0, 0x80 }, "\uFFFD\uFFFD")]
    public void Append_JsonInvalidUtf8_IsReplaced(byte[] text, string expected) =>
        Assert.Equal(expected, Message(Format(new JsonLineFormat(), text)));

    [Fact]
    public void Append_JsonOfAnyBytes_ParsesAndKeepsTheText() =>
        Texts.Sample(
            text => Assert.Equal(Encoding.UTF8.GetString(text), Message(Format(new JsonLineFormat(), text))),
            iter: Iterations.Times(5_000));

    [Fact]
    public void Append_JsonPieceThatContinues_IsMarked()
    {
        var piece = Parse(Format(new JsonLineFormat(), "rest"u8, continues: true));
        Assert.Equal(1, piece.GetProperty("REUSEPORT_CONTINUED").GetInt32());
        Assert.Equal("rest", piece.GetProperty("MESSAGE").GetString());
        Assert.False(Parse(Format(new JsonLineFormat(), "whole"u8)).TryGetProperty("REUSEPORT_CONTINUED", out _));
    }

    [Fact]
    public void Append_Journal_HasTheFieldsOfTheDesign() =>
        Assert.Equal(
            "PRIORITY=6\nSYSLOG_IDENTIFIER=web\nREUSEPORT_SERVICE=web\nREUSEPORT_WORKER=0\nREUSEPORT_PID=4242\n"
            + "REUSEPORT_STREAM=stderr\nREUSEPORT_CONTINUED=1\nMESSAGE=a=b é\n",
            Encoding.UTF8.GetString(Format(new JournalLineFormat(), "a=b é"u8, continues: true)));

    [Fact]
    public void Append_JournalOfAnyBytes_KeepsThemAndForgesNoField() =>
        Gen.OneOf(Texts, Texts.Select(text => (byte[])[.. text, .. "\nFORGED=1\n"u8])).Sample(text =>
        {
            var fields = JournalEntry.Parse(Format(new JournalLineFormat(), text));
            Assert.Equal(
                [
                    "PRIORITY", "SYSLOG_IDENTIFIER", "REUSEPORT_SERVICE", "REUSEPORT_WORKER", "REUSEPORT_PID", "REUSEPORT_STREAM",
                    "MESSAGE",
                ],
                fields.Select(field => field.Name));
            Assert.Equal(text, fields[^1].Value);
        }, iter: Iterations.Times(5_000));

    [Theory]
    [InlineData("hello\tyou", "hello\tyou")]
    [InlineData("dos\r", "dos")]
    [InlineData("\e[2J\e]0;title\a", "\\x1b[2J\\x1b]0;title\\x07")]
    [InlineData("bell\u009B31m", "bell\\x9b31m")]
    [InlineData("bar\rbaz", "bar\\x0dbaz")]
    [InlineData("é\"\\", "é\"\\")]
    public void Append_Console_ShowsTimeNameStreamAndHarmlessText(string text, string expected) =>
        Assert.Equal(
            $"03:04:05.123 web@0 stderr | {expected}\n",
            Encoding.UTF8.GetString(Format(new ConsoleLineFormat(colour: false), Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Append_ConsoleOfAnyBytes_HasNoControlCharacterExceptTabAndFinalNewline() =>
        Texts.Sample(text =>
        {
            var shown = Encoding.UTF8.GetString(Format(new ConsoleLineFormat(colour: false), text));
            Assert.DoesNotContain(shown[..^1], character => char.IsControl(character) && character != '\t');
            Assert.EndsWith("\n", shown, StringComparison.Ordinal);
        }, iter: Iterations.Times(5_000));

    [Fact]
    public void Append_ConsoleInColour_ColoursTheNameOnly() =>
        Assert.Equal(
            "03:04:05.123 \e[36mweb@0 stderr\e[0m | \\x1b[31m\n",
            Encoding.UTF8.GetString(Format(new ConsoleLineFormat(colour: true), "\e[31m"u8)));

    [Fact]
    public void Append_ConsolePieceThatContinues_HasAPlus() =>
        Assert.Equal(
            "03:04:05.123 web@0 stderr + rest\n",
            Encoding.UTF8.GetString(Format(new ConsoleLineFormat(colour: false), "rest"u8, continues: true)));

    [Theory]
    [InlineData(true, null, "xterm", true)]
    [InlineData(true, "", "xterm", true)]
    [InlineData(true, "1", "xterm", false)]
    [InlineData(true, null, "dumb", false)]
    [InlineData(false, null, "xterm", false)]
    public void IsWanted_TerminalAndVariables_Decide(bool terminal, string? noColor, string term, bool wanted) =>
        Assert.Equal(wanted, Colour.IsWanted(terminal, noColor, term));

    private static byte[] Format(LineFormat format, ReadOnlySpan<byte> text, bool continues = false)
    {
        var stamp = new LogStamp();
        stamp.Set(Moment, Moment);
        var into = new RecordBuffer();
        var source = new LineSource(new WorkerName("web", 0), 4242, OutputStream.Stderr);
        format.Append(into, stamp, source, new Line(text, continues));
        Assert.Equal(1, into.Count);
        Assert.Equal(into.Length, into.Ends[0]);
        return into.Bytes.ToArray();
    }

    private static JsonElement Parse(byte[] record)
    {
        Assert.Equal(record.Length - 1, Array.IndexOf(record, (byte)'\n'));
        using var document = JsonDocument.Parse(record);
        return document.RootElement.Clone();
    }

    private static string? Message(byte[] record) => Parse(record).GetProperty("MESSAGE").GetString();
}
