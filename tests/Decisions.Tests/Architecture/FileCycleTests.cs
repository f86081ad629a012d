using System.Text.RegularExpressions;

namespace Decisions.Tests.Architecture;

/// <summary>
/// No files of Runtime refer to each other in a circle. Types that refer to each other, such as a slot and its process, are in
/// one file. Between rooms a circle is impossible, as each room refers to lower rooms only.
/// </summary>
public sealed partial class FileCycleTests
{
    [Fact]
    public void Runtime_FilesOfARoom_FormNoCycle() => Assert.All(
        Sources.Supervisor.Where(file => file.Key.StartsWith("Runtime/", StringComparison.Ordinal))
            .GroupBy(file => Path.GetDirectoryName(file.Key)),
        room => Assert.Empty(Cycle(room.ToDictionary(file => file.Key, file => SourceText.Code(file.Value)))));

    [Theory]
    [InlineData("class A { B b; }", "class B { C c; }", "class C { A a; }", 3)]
    [InlineData("class A { B b; }", "class B { A a; }", "class C { }", 2)]
    [InlineData("class A { B b; C c; }", "class B { C c; }", "class C { int A { get; } }", 0)]
    [InlineData("class A { B b; }", "class B { int C => x.A; }", "class C { B b; }", 0)]
    [InlineData("class A { B b; }", "class X { }\nclass B { C c; }", "internal sealed record C(A A);", 3)]
    public void Cycle_EachForm_IsFound(string first, string second, string third, int length) => Assert.Equal(
        length, Cycle(new Dictionary<string, string> { ["1"] = first, ["2"] = second, ["3"] = third }).Count);

    /// <summary>Removes files that refer to no other file until none is left. The remaining files form cycles.</summary>
    private static HashSet<string> Cycle(IReadOnlyDictionary<string, string> files)
    {
        var declaring = files
            .SelectMany(file => Declared().Matches(file.Value), (file, match) => (Name: match.Groups["name"].Value, file.Key))
            .DistinctBy(type => type.Name).ToDictionary(type => type.Name, type => type.Key);
        var targets = files.ToDictionary(
            file => file.Key,
            file => Used().Matches(file.Value).Select(match => declaring.GetValueOrDefault(match.Value)).OfType<string>()
                .Where(target => target != file.Key).ToHashSet());
        var left = files.Keys.ToHashSet();
        Shrink(left, file => targets[file].Overlaps(left));
        // Files that only lead to a cycle are not part of it.
        Shrink(left, file => left.Any(other => targets[other].Contains(file)));
        return left;
    }

    private static void Shrink(HashSet<string> left, Predicate<string> stays)
    {
        while (left.RemoveWhere(file => !stays(file)) > 0) { }
    }

    [GeneratedRegex(
        @"^((public|internal|file)\b[\w\s]*?\b)?(class|record struct|record|struct|enum|interface)\s+(?<name>[A-Z]\w*)",
        RegexOptions.Multiline)]
    private static partial Regex Declared();

    /// <summary>A name of a type, and not of a member: no dot before it, no accessor, body or value after it.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*\b(?!\s*(\{\s*get|=(?!=)|=>))")]
    private static partial Regex Used();
}
