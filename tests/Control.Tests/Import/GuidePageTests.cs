using System.Text.RegularExpressions;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Tests.Import;

namespace Control.Tests.Import;

/// <summary>The pages about migrating show files and what the import makes of them.</summary>
public sealed partial class GuidePageTests
{
    private const string Folder = "docs/guide/migrating";

    public static TheoryData<string> Pages =>
        [.. Directory.GetFiles(Checkout.At(Folder), "*.md").Select(path => Path.GetFileName(path)!).Order()];

    [Fact]
    public void Pages_EachKind_HasOne() =>
        Assert.Equal(Kinds.All.Select(kind => $"{kind}.md").Order(StringComparer.Ordinal), Pages.Select(page => page.Data));

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_Result_IsWhatTheImportWrites(string page)
    {
        var text = File.ReadAllText(Checkout.At($"{Folder}/{page}"));
        var files = new Dictionary<string, string>();
        var results = 0;
        var shown = Listing().Replace(text, listing =>
        {
            if (listing.Groups["file"] is { Success: true, Value: var file })
            {
                files[file] = listing.Groups["text"].Value;
                return listing.Value;
            }

            results++;
            return $"{listing.Groups["head"].Value}{Import(listing.Groups["of"].Value, files)}```\n";
        });
        Assert.Equal(1, results);
        Golden.Expect($"{Folder}/{page}", shown);
    }

    private static string Import(string file, Dictionary<string, string> files)
    {
        var sample = Sample.Read(
            Kinds.Find(new SourceText(file, files[file], SourceRole.Services))!, file, files[file], files);
        Assert.Empty(sample.Errors);
        return sample.Yaml;
    }

    /// <summary>A file has its name above, and a result the command.</summary>
    [GeneratedRegex(
        "^(?<head>`((?<file>[^` ]+)`:|reuseportctl import (?<of>[^` ]+)`[^\n]*)\n\n```[a-z]*\n)(?<text>.*?)```\n",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Listing();
}
