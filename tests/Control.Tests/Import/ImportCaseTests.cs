using System.Text.RegularExpressions;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>
/// Files of other supervisors, in the forms of public projects. Decisions.Tests reads the same results with the daemon's reader,
/// and EndToEnd.Tests has both built programs work on the same files.
/// </summary>
public sealed partial class ImportCaseTests
{
    public static TheoryData<string> Names => [.. ImportCases.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_Case_GivesTheFileOfTheCase(string name)
    {
        var (kind, file, text, files) = SampleCase.Load(name);
        Assert.StartsWith(kind, name, StringComparison.Ordinal);
        var sample = Sample.Read(kind, file, text, files);
        Assert.Empty(sample.Errors);
        Golden.Expect(ImportCases.ExpectedOf(name), sample.Yaml);
    }

    [Fact]
    public void Origins_Table_HasEachCaseAndTwentyPublicFiles()
    {
        var rows = Row().Matches(File.ReadAllText(Checkout.At($"{ImportCases.Folder}/README.md")));
        Assert.Equal(ImportCases.Names, rows.Select(row => row.Groups["case"].Value));
        var files = rows.Where(row => row.Groups["file"].Success)
            .Select(row => $"{row.Groups["project"].Value}/{row.Groups["file"].Value}").ToArray();
        Assert.Distinct(files);
        Assert.True(files.Length >= 20, $"{files.Length} cases have the shape of a public file");
    }

    [GeneratedRegex(
        @"^\| `(?<case>[^`]+)` \| (?:invented \| |`(?<project>[\w.-]+/[\w.-]+)` \| `(?<file>[^`]+)` )\| .+ \|$",
        RegexOptions.Multiline)]
    private static partial Regex Row();
}
