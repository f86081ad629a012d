using System.Text.RegularExpressions;

namespace Decisions.Tests.Markdown;

public sealed partial class ChangelogTests
{
    /// <summary>The changelog of the packages is made from it.</summary>
    [Fact]
    public void Changelog_NewestRelease_IsTheVersionOfThePrograms()
    {
        var release = Release().Match(File.ReadAllText(Checkout.At("CHANGELOG.md")));

        Assert.Equal(Checkout.Version, release.Groups[1].Value);
        Assert.True(DateOnly.TryParseExact(release.Groups[2].Value, "yyyy-MM-dd", out _));
    }

    [GeneratedRegex(@"^## \[(\d[^]]*)\] - (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Release();
}
