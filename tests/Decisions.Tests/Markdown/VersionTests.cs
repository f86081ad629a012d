using System.Text.RegularExpressions;

namespace Decisions.Tests.Markdown;

/// <summary>The documents name the version of the programs.</summary>
public sealed partial class VersionTests
{
    /// <summary>The changelog of the packages is made from it.</summary>
    [Fact]
    public void Changelog_NewestRelease_IsTheVersionOfThePrograms()
    {
        var release = Release().Match(File.ReadAllText(Checkout.At("CHANGELOG.md")));

        Assert.Equal(Checkout.Version, release.Groups[1].Value);
        Assert.True(DateOnly.TryParseExact(release.Groups[2].Value, "yyyy-MM-dd", out _));
    }

    /// <summary>Commands that install a package or an archive, and output of the programs.</summary>
    [Fact]
    public void Pages_NamesOfFilesAndOutput_HaveTheVersionOfThePrograms()
    {
        var named = (
            from path in Pages.All.Keys
            // These name other versions, too.
            where path is not ("CHANGELOG.md" or "docs/guide/upgrades.md")
            from Match version in Named().Matches(File.ReadAllText(Checkout.At(path)))
            select (path, version.Groups["version"].Value)).ToArray();

        Assert.NotEmpty(named);
        Assert.DoesNotContain(named, one => one.Value != Checkout.Version);
    }

    [GeneratedRegex(@"(reuseportd|libreuseport|reuseportctl)[ _-]v?(?<version>\d+\.\d+\.\d+)")]
    private static partial Regex Named();

    [GeneratedRegex(@"^## \[(\d[^]]*)\] - (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Release();
}
