using CsCheck;
using Reuseportd.Configuration.Values;

namespace Decisions.Tests.Configuration;

public sealed class CommandLineTests
{
    public static TheoryData<string, string[]> Lines => new()
    {
        { "server", ["server"] },
        { "  python3\t-m  http.server \n", ["python3", "-m", "http.server"] },
        { "a 'b c' \"d e\"", ["a", "b c", "d e"] },
        { "a b'c'\"d\"e", ["a", "bcde"] },
        { "a '' \"\"", ["a", "", ""] },
        { @"a b\ c \' \"" \\", ["a", "b c", "'", "\"", @"\"] },
        { """a "\" \\ \$ \` \n" """, ["a", "\" \\ $ ` \\n"] },
        { @"a '\n'", ["a", @"\n"] },
        { "a b\\\nc \\\n d", ["a", "bc", "d"] },
        { "a \"b\\\nc\"", ["a", "bc"] },
        { "a $HOME ~ *.txt [x] ! # {worker} %d", ["a", "$HOME", "~", "*.txt", "[x]", "!", "#", "{worker}", "%d"] },
        { "sh -c 'a | b > c && d; (e) `f`'", ["sh", "-c", "a | b > c && d; (e) `f`"] },
        { @"a \| \;", ["a", "|", ";"] },
        { "/path=1/server --port=80", ["/path=1/server", "--port=80"] },
        { "a X=1", ["a", "X=1"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Split_Line_HasItsWords(string line, string[] words)
    {
        Assert.Equal(words, CommandLine.Split(line, out var problem));
        Assert.Null(problem);
    }

    [Fact]
    public void Split_QuotedWords_AreTheWords() =>
        Gen.String[0, 12].Array[0, 5].Select(words => words.Prepend("/bin/x").ToArray()).Sample(
            words =>
            {
                var line = string.Join(' ', words.Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'"));
                Assert.Equal(words, CommandLine.Split(line, out _));
            },
            iter: Iterations.Times(2_000));

    [Fact]
    public void Split_AnyLine_GivesWordsOrAProblem() =>
        Gen.String[Gen.Char["ab '\"\\|&;<>()`$\n=x{}"], 0, 24].Sample(
            line => CommandLine.Split(line, out var problem) is { Count: > 0 } words
                ? problem is null && words[0].Length > 0
                : problem is { Length: > 0 },
            iter: Iterations.Times(10_000));
}
