using Reuseportd.Control.Completion;
using Reuseportd.Control.Output;
using Reuseportd.Control.Verbs;

namespace Control.Tests;

public sealed class WordsTests
{
    [Theory]
    [InlineData(null, "-")]
    [InlineData(0L, "0B")]
    [InlineData(1023L, "1023B")]
    [InlineData(1024L, "1K")]
    [InlineData(12_345_678L, "12M")]
    [InlineData(5_000_000_000L, "4.7G")]
    public void Bytes_Number_HasTheUnitOf1024(long? bytes, string shown) => Assert.Equal(shown, Shown.Bytes(bytes));

    [Theory]
    [InlineData(null, "-")]
    [InlineData(0.04, "0.0%")]
    [InlineData(9.94, "9.9%")]
    [InlineData(9.96, "10%")]
    [InlineData(199.6, "200%")]
    public void Percent_SmallValue_HasADecimalPlace(double? percent, string shown) => Assert.Equal(shown, Shown.Percent(percent));

    [Theory]
    [InlineData("plain ünïcode", "plain ünïcode")]
    [InlineData("a\tb", "a\tb")]
    [InlineData("\e[31m\r\n\u009b", "\\x1b[31m\\x0d\\x0a\\x9b")]
    public void Harmless_ControlCharacters_AreEscaped(string text, string shown) => Assert.Equal(shown, Shown.Harmless(text));

    [Theory]
    [InlineData("one two three", 8, "one two\n    three\n")]
    [InlineData("one", 2, "one\n")]
    [InlineData("", 10, "\n")]
    public void Paragraph_Width_BreaksAtBlanks(string text, int width, string shown) =>
        Assert.Equal(shown, Paragraph.Wrap(text, width));

    [Theory]
    [InlineData("reuseportctl", "")]
    [InlineData("reuseportctl sc", "scale")]
    [InlineData("reuseportctl  --soc", "--socket")]
    [InlineData("reuseportctl status -o w", "wide")]
    [InlineData("reuseportctl import --from p", "pm2 procfile")]
    [InlineData("reuseportctl signal --socket /nonexistent web HU", "HUP")]
    [InlineData("reuseportctl status --socket /nonexistent w", "")]
    public void Complete_Line_HasThePossibleWords(string line, string words) =>
        Assert.Equal(words, string.Join(' ', CompleteCommand.Candidates(line)));

    [Theory]
    [InlineData("web-1.2", "web-1.2")]
    [InlineData("8080", "\"8080\"")]
    [InlineData("no", "\"no\"")]
    [InlineData("a: \"b\\c\"", "\"a: \\\"b\\\\c\\\"\"")]
    [InlineData("a\nb\u2028\e", "\"a\\nb\\u2028\\u001B\"")]
    [InlineData("ü\U0001F600", "\"ü\U0001F600\"")]
    public void Scalar_Text_IsQuotedWhereYamlNeedsQuotes(string text, string shown) => Assert.Equal(shown, YamlText.Scalar(text));

    [Theory]
    [InlineData("bash", "complete -F _reuseportctl reuseportctl")]
    [InlineData("fish", "complete --command reuseportctl --no-files --arguments '(__reuseportctl_words)'")]
    [InlineData("zsh", "#compdef reuseportctl")]
    public void Script_OfAShell_IsInTheBinary(string shell, string line) =>
        Assert.Contains(line, CompletionCommand.Script(shell).Split('\n'));
}
