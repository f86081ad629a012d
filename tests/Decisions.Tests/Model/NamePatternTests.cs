using CsCheck;
using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class NamePatternTests
{
    [Theory]
    [InlineData("web", "web@0", true)]
    [InlineData("web", "web@17", true)]
    [InlineData("web", "webb@0", false)]
    [InlineData("web@2", "web@2", true)]
    [InlineData("web@2", "web@21", false)]
    [InlineData("web@02", "web@2", false)]
    [InlineData("web@", "web@2", false)]
    [InlineData("@2", "web@2", false)]
    [InlineData("*", "web@2", true)]
    [InlineData("web*", "web-api@2", true)]
    [InlineData("*@0", "web@0", true)]
    [InlineData("*@0", "web@10", false)]
    [InlineData("*@*0", "web@10", true)]
    [InlineData("w?b", "web@3", true)]
    [InlineData("w?b", "weeb@3", false)]
    [InlineData("web@[0-2]", "web@1", true)]
    [InlineData("web@[0-2]", "web@3", false)]
    [InlineData("web@[!0-2]", "web@3", true)]
    [InlineData("web@[!0-2]", "web@1", false)]
    [InlineData("[a-c]*", "beta@1", true)]
    [InlineData("[a-c]*", "web@1", false)]
    [InlineData("we[xb]", "web@1", true)]
    [InlineData("we[", "web@1", false)]
    [InlineData("we[b", "web@1", false)]
    [InlineData("we[]b]", "web@1", true)]
    [InlineData("", "web@1", false)]
    [InlineData("web@1@2", "web@1", false)]
    [InlineData("*b*b*", "bib-bob@1", true)]
    public void Fits_NameOfAWorker_MatchesAsInAShell(string pattern, string worker, bool fits)
    {
        var at = worker.IndexOf('@', StringComparison.Ordinal);
        var name = new WorkerName(worker[..at], int.Parse(worker[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(fits, new NamePattern(pattern).Fits(name));
    }

    [Fact]
    public void Fits_NameOfAnyService_Matches() =>
        Gen.Char["abz-_.019"].Array[1, 8].Select(Gen.Int[0, 20_000]).Sample((letters, index) =>
    {
        var name = new WorkerName(new string(letters), index);
        return new NamePattern(name.Service).Fits(name) && new NamePattern(name.ToString()).Fits(name)
               && !new NamePattern($"{name.Service}x").Fits(name) && !new NamePattern($"{name}0").Fits(name);
    });

    [Theory]
    [InlineData("web@2", "web", 2)]
    [InlineData("web@02", "web", null)]
    [InlineData("web@+2", "web", null)]
    [InlineData("web", "web", null)]
    [InlineData("web@*", null, null)]
    [InlineData("w*@2", null, 2)]
    public void ServiceAndIndex_Pattern_AreKnownIfOnlyOneMatches(string pattern, string? service, int? index) =>
        Assert.Equal((service, index), (new NamePattern(pattern).Service, new NamePattern(pattern).Index));

    /// <summary>Backtracking over each star would not end in time.</summary>
    [Fact]
    public void Fits_ManyStars_IsDecidedAtOnce() =>
        Assert.False(new NamePattern(string.Concat(Enumerable.Repeat("a*", 100)) + "b").FitsService(new string('a', 64)));
}
