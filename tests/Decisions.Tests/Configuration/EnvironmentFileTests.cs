using CsCheck;
using Reuseportd.Configuration.Values;

namespace Decisions.Tests.Configuration;

public sealed class EnvironmentFileTests
{
    public static TheoryData<string, string> Values => new()
    {
        { "A=b", "b" },
        { "A=", "" },
        { "A=\"\"", "" },
        { "  A=b  ", "b" },
        { "A = b", "b" },
        { "export A=b", "b" },
        { "export  A=b", "b" },
        { "A=b c  d ", "b c  d" },
        { "A=b # c", "b # c" },
        { "A='b c '", "b c " },
        { "A=\"b \\\"c\\\" \\$d \\x \"", "b \"c\" $d \\x " },
        { "A='b\\'", "b\\" },
        { "A=b'c'\"d\"e", "bcde" },
        { "A='b\nc'", "b\nc" },
        { "A=b\\\nc", "bc" },
        { "A=\"b\\\nc\"", "bc" },
        { "A=b\\ ", "b " },
        { "A=b\\", "b\\" },
        { "A=b=c", "b=c" },
        { "A=$HOME {worker}", "$HOME {worker}" },
        { "\uFEFFA=b", "b" },
        { "A=b\r\n", "b" },
        { "# x\n; y\n\n \t\nA=b\n#", "b" },
        { "A=1\nA=b", "b" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Parse_OneVariable_HasItsValue(string text, string value)
    {
        var file = EnvironmentFile.Parse(text);
        Assert.Empty(file.Errors);
        Assert.Equal(new EnvironmentAssignment("A", value), Assert.Single(file.Variables));
    }

    [Fact]
    public void Parse_WrongLines_ReportsEachAndKeepsTheRest()
    {
        var file = EnvironmentFile.Parse(
            "A=1\nno equals\n1B=2\nLIBREUSEPORT_PORT=80\nREUSEPORT_X=1\nC=a\0b\n=x\n B=2\nD='open\nE=3\n");
        Assert.Equal([new("A", "1"), new("B", "2")], file.Variables);
        Assert.Equal(
            [
                "2: accepts NAME=value, a comment or an empty line",
                "3: a variable's name is letters, digits and '_', and does not begin with a digit",
                "4: LIBREUSEPORT_PORT is set from the service's key 'reuseport.ports'; use that",
                "5: names that begin with REUSEPORT_ are set by the daemon for each worker; {service} and {worker} hold the same",
                "6: contains a NUL character",
                "7: a variable's name is letters, digits and '_', and does not begin with a digit",
                "9: the quote ' is not closed",
            ],
            file.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void Parse_EmptyFile_HasNothing() => Assert.Equal(new EnvironmentFile([], []), EnvironmentFile.Parse(""));

    [Fact]
    public void Parse_QuotedValue_IsTheValue() =>
        Gen.String.Where(value => !value.Contains('\0', StringComparison.Ordinal)).Sample(
            value =>
            {
                var quoted = string.Concat(value.Select(c => c is '"' or '\\' or '$' or '`' ? $"\\{c}" : c.ToString()));
                return EnvironmentFile.Parse($"A=\"{quoted}\"\nB=1").Variables is [var a, _] && a.Value == value;
            },
            iter: Iterations.Times(2_000));

    [Fact]
    public void Parse_AnyText_ReportsLinesOfTheFile() =>
        Gen.String[Gen.Char["AB=1 '\"\\\n\r#;x\0"], 0, 40].Sample(
            text =>
            {
                var lines = text.Count(c => c == '\n') + 1;
                return EnvironmentFile.Parse(text).Errors.All(error => error.Line >= 1 && error.Line <= lines);
            },
            iter: Iterations.Times(10_000));
}
