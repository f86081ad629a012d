using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Reuseportd.Api.Contract;

namespace Decisions.Tests.Api;

/// <summary>
/// The keys of <c>status -o json</c> are promised to scripts: each is described, and what is described is there.
/// </summary>
public sealed partial class StatusKeysTests
{
    [Fact]
    public void Keys_OfTheStatus_AreThoseThatTheDocumentationHas()
    {
        var text = File.ReadAllText(Checkout.At("docs/operations.md"));
        var section = text[text.IndexOf("## Status as JSON", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        var described = Row().Matches(section).SelectMany(row => Word().Matches(row.Groups["keys"].Value)).Select(word => word.Groups["key"].Value);
        JsonTypeInfo[] documents = [ContractJson.Default.StatusDocument, ContractJson.Default.ScaledService, ContractJson.Default.ServiceUpdate, ContractJson.Default.WorkerStatus, ContractJson.Default.BindStatus];
        Assert.Equal(
            documents.SelectMany(document => document.Properties).Select(property => property.Name).Distinct().Order(StringComparer.Ordinal),
            described.Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("^\\| (?<keys>`[^|]*) \\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<key>[a-z_]+)`")]
    private static partial Regex Word();
}
