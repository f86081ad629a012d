using System.Text.Json.Nodes;
using Reuseportd.Api.Contract;
using Tests.Manual;

namespace Decisions.Tests.Markdown;

/// <summary>The page of the API has each path with the rights for it, and each code of an error.</summary>
public sealed class ApiPageTests
{
    private static readonly IReadOnlyList<ReferenceTable> Page = ReferenceTable.AllOf("docs/reference/api.md");

    [Fact]
    public void Paths_OfTheDocument_AreThoseOfTheTable()
    {
        var document = JsonNode.Parse(File.ReadAllText(Checkout.At("docs/openapi.json")))!;
        var paths =
            from path in document["paths"]!.AsObject()
            from method in path.Value!.AsObject()
            select $"`{method.Key.ToUpperInvariant()} {path.Key}` {method.Value!["x-needs"]}";
        var rows = Rows("Paths").Select(row => $"{row[0]} {row[1]}");
        Assert.Equal(paths.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Codes_OfErrors_AreThoseOfTheTable()
    {
        string[] codes =
        [
            ProblemCode.NoSuchName, ProblemCode.Refused, ProblemCode.Invalid, ProblemCode.Busy, ProblemCode.Stopping,
            ProblemCode.TooLarge,
        ];
        var rows = Rows("Errors").Select(row => row[0].Trim('`'));
        Assert.Equal(codes.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    private static List<string[]> Rows(string section) => Page.Single(table => table.Section == section).Rows;
}
