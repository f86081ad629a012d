using System.Text.RegularExpressions;
using Reuseportd.Configuration.Sections;

namespace Decisions.Tests.Configuration;

/// <summary>
/// The listings of services in README.md and in the guide have no errors. The recipes are tested with their servers.
/// </summary>
public sealed partial class GuideTests
{
    private const string Recipes = "recipes.md";

    public static TheoryData<string> Listings =>
    [
        .. Directory.GetFiles(Checkout.At("docs/guide"), "*.md").Where(page => Path.GetFileName(page) != Recipes)
            .Append(Checkout.At("README.md")).Order(StringComparer.Ordinal)
            .SelectMany(page => Listing().Matches(File.ReadAllText(page))).Select(listing => listing.Groups["text"].Value),
    ];

    /// <summary>A listing is a file, or settings of the daemon, or one key of a service on each line.</summary>
    [Theory]
    [MemberData(nameof(Listings), DisableDiscoveryEnumeration = true)]
    public void Read_Listing_HasNoErrors(string listing)
    {
        if (listing.Contains("services:", StringComparison.Ordinal) || IsOfTheDaemon(listing))
            Assert.Empty(Given.Reading(listing, Given.Root with { Controllers = null }).Errors);
        else
            Assert.All(listing.Trim('\n').Split('\n'), key => Given.Service(key.Trim()));
    }

    private static bool IsOfTheDaemon(string listing) =>
        DaemonReader.Keys.Any(key => listing.StartsWith($"{key.Name}:", StringComparison.Ordinal));

    [GeneratedRegex("^```yaml\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Listing();
}
