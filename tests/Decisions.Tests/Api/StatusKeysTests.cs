using System.Text.Json.Serialization.Metadata;
using Reuseportd.Api.Contract;
using Tests.Manual;

namespace Decisions.Tests.Api;

/// <summary>Scripts rely on the keys of <c>status -o json</c>: the reference has a row for each key, and no other row.</summary>
public sealed class StatusKeysTests
{
    private static readonly IReadOnlyList<ReferenceTable> Page = ReferenceTable.AllOf("docs/reference/status.md");

    public static TheoryData<string> Sections() => ["Top level", "host", "adopted", "scaled", "updates", "workers", "binds"];

    [Theory]
    [MemberData(nameof(Sections))]
    public void Section_Document_HasARowForEachKey(string section)
    {
        var table = Assert.Single(Page, table => table.Section == section);
        Assert.Equal(
            DocumentOf(section).Properties.Select(property => property.Name).Order(StringComparer.Ordinal),
            table.Rows.Select(row => row[0].Trim('`')).Order(StringComparer.Ordinal));
    }

    private static JsonTypeInfo DocumentOf(string section) => section switch
    {
        "host" => ContractJson.Default.HostStatus,
        "adopted" => ContractJson.Default.AdoptedWorkers,
        "scaled" => ContractJson.Default.ScaledService,
        "updates" => ContractJson.Default.ServiceUpdate,
        "workers" => ContractJson.Default.WorkerStatus,
        "binds" => ContractJson.Default.BindStatus,
        _ => ContractJson.Default.StatusDocument,
    };
}
