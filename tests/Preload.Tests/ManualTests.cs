using System.Text.RegularExpressions;

namespace Preload.Tests;

/// <summary>The page libreuseport(7).</summary>
public partial class ManualTests
{
    [Fact]
    public void Page_EachVariableOfTheLibrary_IsAnItem()
    {
        var page = File.ReadAllText(Checkout.At("docs/man/libreuseport.7"));
        var names = Name().Matches(File.ReadAllText(Checkout.At("src/Preload/environment.c")));

        Assert.Equal(8, names.Count);
        Assert.All(names, name => Assert.Contains($"\n.TP\n.B {name.Groups[1].Value}\n", page, StringComparison.Ordinal));
    }

    [GeneratedRegex("\\[VARIABLE_[A-Z_]+\\] = \"([A-Z_]+)\"")]
    private static partial Regex Name();
}
