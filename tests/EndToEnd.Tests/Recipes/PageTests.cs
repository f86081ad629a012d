using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

public sealed partial class PageTests
{
    public static TheoryData<string> Names => [.. Recipe.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Check_ServiceOfEachRecipe_HasNoErrors(string name)
    {
        using var folder = new TemporaryFolder();
        folder.Write($"services.d/{name}.yaml", Recipe.Read(name).Service);
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", folder[""]]);

        Assert.Equal((0, $"{folder[""]}: 1 service, 3 workers, no errors\n"), (check.Code, check.Out));
    }

    [Fact]
    public void TableOfContents_HasEachRecipe()
    {
        var rows = TableRow().Matches(File.ReadAllText(Checkout.At(Recipe.Page)));

        Assert.Equal(Recipe.Names(), rows.Select(row => row.Groups[1].Value));
    }

    [GeneratedRegex(@"^\| \[([^\]]+)\]\(#\1\) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
