using System.Text.RegularExpressions;
using Decisions.Tests.Architecture;
using Tests.Manual;

namespace Decisions.Tests.Markdown;

/// <summary>The page of the architecture names the floors, the rooms and the types that the code has.</summary>
public sealed partial class ArchitecturePageTests
{
    private const int MostHops = 30;

    private static readonly IReadOnlyList<ReferenceTable> Page = ReferenceTable.AllOf("docs/architecture.md");

    [Fact]
    public void Floors_OfTheHouse_AreThoseOfThePage() => Assert.Equal(
        House.Floors.SelectMany(floor => floor).Order(StringComparer.Ordinal),
        Folders().Order(StringComparer.Ordinal));

    [Fact]
    public void Floors_OfThePage_HaveTheOrderOfTheHouse()
    {
        var heights = Folders().Select(House.FloorOf).OfType<int>().ToArray();
        Assert.Equal(heights.Order(), heights);
    }

    [Fact]
    public void Rooms_OfTheRuntime_AreThoseOfThePage() => Assert.Equal(
        House.Rooms["Runtime"].SelectMany(rooms => rooms), Rows(["room", "has"]).Select(row => row[0].Trim('`')));

    [Fact]
    public void Paths_EachType_IsInItsRoom() => Assert.Empty(
        from row in Hops()
        from type in ReferenceTable.Words(row[2])
        where !Files(row[1].Trim('`')).Contains(FileOf(type))
        select $"{row[0]}: {row[1]}: {type}");

    [Fact]
    public void Paths_EachCall_HasAFile() => Assert.Empty(
        from row in Hops()
        from call in ReferenceTable.Words(row[4])
        let parts = call.Split('.', 2)
        where !Files(parts[0], SearchOption.AllDirectories).Contains(FileOf(parts[1]))
        select $"{row[0]}: {call}");

    [Fact]
    public void Paths_Each_AreShort() => Assert.All(Hops(), row => Assert.InRange(int.Parse(row[0], null), 1, MostHops));

    [Fact]
    public void Changes_EachType_IsDeclaredInItsRoom() => Assert.Empty(
        from places in Changes()
        from Match named in TypesOfRoom().Matches(places)
        let code = Code(named.Groups["room"].Value)
        from type in named.Groups["type"].Captures.Select(capture => capture.Value.Split('.'))
        where !Declares(code, type[0]) || !Regex.IsMatch(code, $@"\b{type[^1]}\b")
        select $"{named.Groups["room"].Value}: {string.Join('.', type)}");

    [Fact]
    public void Changes_EachPath_Exists() => Assert.Empty(
        from places in Changes()
        from Match path in PathOfCode().Matches(places)
        where !Array.Exists(["", "src/", "src/Supervisor/"], under => Path.Exists(Checkout.At(under + path.Groups["path"].Value)))
        select path.Value);

    [Fact]
    public void Changes_Each_NameATypeOfARoom() => Assert.All(Changes(), places => Assert.Matches(TypesOfRoom(), places));

    private static IEnumerable<string> Changes() => Rows(["to change", "places"]).Select(row => row[1]);

    private static bool Declares(string code, string type) =>
        Regex.IsMatch(code, $@"\b(class|record|struct|enum|interface)\s+{type}\b");

    /// <summary>The code of all files of a room.</summary>
    private static string Code(string room) =>
        string.Concat(Directory.GetFiles(FolderOf(room), "*.cs").Select(File.ReadAllText));

    /// <summary>Types, or members of types, and the room that has them: <c>`Orphans` (`Runtime/Trees`)</c>.</summary>
    [GeneratedRegex(@"(`(?<type>[A-Z]\w+(\.\w+)?)`(, | and | or )?)+ \(`(?<room>\w+(/\w+)?)`\)")]
    private static partial Regex TypesOfRoom();

    [GeneratedRegex(@"`(?<path>[\w.-]+(/[\w.-]+)+|[\w-]+\.md)`")]
    private static partial Regex PathOfCode();

    private static IEnumerable<string[]> Hops() => Rows(["hop", "room", "type", "does", "calls"]);

    private static IEnumerable<string> Folders() =>
        Rows(["floor", "folder", "has"]).SelectMany(row => ReferenceTable.Words(row[1]));

    private static IEnumerable<string[]> Rows(string[] columns) =>
        Page.Where(table => table.Columns.SequenceEqual(columns)).SelectMany(table => table.Rows);

    /// <summary>C# by the name of its type, and C by that of its file.</summary>
    private static string FileOf(string type) => type.EndsWith(".c", StringComparison.Ordinal) ? type : $"{type}.cs";

    private static IEnumerable<string> Files(string room, SearchOption depth = SearchOption.TopDirectoryOnly) =>
        Directory.GetFiles(FolderOf(room), "*", depth).Select(file => Path.GetFileName(file));

    private static string FolderOf(string room) =>
        Checkout.At(room.Split('/')[0] == "Control" ? $"src/{room}" : $"src/Supervisor/{room}");
}
