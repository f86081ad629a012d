using System.Text.RegularExpressions;

namespace Decisions.Tests.Architecture;

/// <summary>State of the loop belongs to one room: other rooms read it, or call a method of the part that owns it.</summary>
public sealed partial class OwnershipTests
{
    private static readonly IReadOnlyDictionary<string, string> Runtime = Sources.Supervisor
        .Where(file => file.Key.StartsWith("Runtime/", StringComparison.Ordinal))
        .ToDictionary(file => file.Key, file => SourceText.Code(file.Value));

    [Fact]
    public void Runtime_EachSettableMember_IsSetInItsRoomOnly()
    {
        var owners = Owners(Runtime);
        Assert.Empty(Runtime.SelectMany(file => SetElsewhere(file.Key, file.Value, owners)));
    }

    [Fact]
    public void SetElsewhere_EachFormOfAnAssignment_IsFound()
    {
        var owners = Owners(new Dictionary<string, string> { ["Runtime/A/X.cs"] = "public int Count { get; set; }" });
        string[] forms = ["x.Count = 1;", "x.Count += 1;", "x.Count ??= y;", "x.Count++;", "(x.Count, y) = (1, 2);"];
        Assert.All(forms, form => Assert.Single(SetElsewhere("Runtime/B/Y.cs", form, owners)));
        Assert.All(forms, form => Assert.Empty(SetElsewhere("Runtime/A/Z.cs", form, owners)));
        Assert.Empty(SetElsewhere("Runtime/B/Y.cs", "if (x.Count == 1 || x.Count >= 2) Use(x.Count);", owners));
    }

    /// <summary>The rooms that declare a settable member of a name.</summary>
    private static ILookup<string, string> Owners(IReadOnlyDictionary<string, string> files) =>
        files.SelectMany(file => Settable().Matches(file.Value), (file, match) => (Room: RoomOf(file.Key), match))
            .ToLookup(member => member.match.Groups["name"].Value, member => member.Room);

    private static IEnumerable<string> SetElsewhere(string path, string source, ILookup<string, string> owners) =>
        Assigned().Matches(source).Select(match => match.Groups["name"].Value)
            .Where(name => owners.Contains(name) && !owners[name].Contains(RoomOf(path)))
            .Select(name => $"{path}: {name}");

    private static string RoomOf(string path) => Path.GetDirectoryName(path)!;

    [GeneratedRegex(@"\b(?<name>\w+)\s*\{\s*get;\s*(internal\s+)?set;")]
    private static partial Regex Settable();

    [GeneratedRegex(@"\.(?<name>\w+)\s*(=(?![=>])|[-+|&*]=|\?\?=|\+\+|--)"
        + @"|[(,]\s*[\w.]*\.(?<name>\w+)\s*(,[^;()]*)?\)\s*=(?![=>])")]
    private static partial Regex Assigned();
}
