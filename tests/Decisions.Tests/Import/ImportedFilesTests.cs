using System.Text.RegularExpressions;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;
using Tests.Import;

namespace Decisions.Tests.Import;

/// <summary>The daemon's reader takes what an import writes. The accounts of the sources need not exist here.</summary>
public sealed partial class ImportedFilesTests
{
    internal static readonly Reuseportd.Configuration.Reading.LoadContext Host = Configuration.Given.Root with
    {
        FindUser = Account, FindGroup = Account, Controllers = null, Capabilities = ulong.MaxValue,
    };

    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Checkout.At("docs/guide/migrating"), "*.md").Select(path => Path.GetFileName(path)!)];

    public static TheoryData<string> Names => [.. ImportCases.Names];

    [Fact]
    public void Names_OfCases_AreMoreThanTwenty() => Assert.True(ImportCases.Names.Count() > 20);

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_ExpectedFile_HasNoErrors(string name)
    {
        var text = File.ReadAllText(Checkout.At(ImportCases.ExpectedOf(name)));
        var result = ConfigurationReader.Read([new SourceText(name, text, SourceRole.Services)], Host);
        Assert.Empty(result.Errors);
        Assert.Equal(name == "systemd-oneshot", result.Fleet!.Services.Count == 0);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Read_ResultOfAPage_HasNoErrors(string page)
    {
        var text = File.ReadAllText(Checkout.At($"docs/guide/migrating/{page}"));
        var result = Assert.Single(Result().Matches(text)).Groups["text"].Value;
        Assert.Empty(ConfigurationReader.Read([new SourceText(page, result, SourceRole.Services)], Host).Errors);
    }

    private static uint? Account(string name) => Sample.IsAccount(name) ? 1000 : null;

    [GeneratedRegex("^```yaml\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Result();
}
