using Reuseportd.Control.Import.Files;

namespace Control.Tests.Import;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.conf", "a.conf", true)]
    [InlineData("*.conf", "a.conf.bak", false)]
    [InlineData("*.conf", ".a.conf", false)]
    [InlineData(".*.conf", ".a.conf", true)]
    [InlineData("[ab]*.conf", "b1.conf", true)]
    [InlineData("[ab]*.conf", "c1.conf", false)]
    [InlineData("[!a-c]?", "d1", true)]
    [InlineData("[!a-c]?", "b1", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    public void IsMatch_Pattern_IsThatOfGlob(string pattern, string name, bool isMatch) =>
        Assert.Equal(isMatch, Glob.IsMatch(pattern, name));

    /// <summary>A pattern with many stars needs no exponential time.</summary>
    [Fact]
    public void IsMatch_ManyStars_Ends() =>
        Assert.False(Glob.IsMatch(string.Concat(Enumerable.Repeat("*a", 100)) + "b", new string('a', 255)));
}
