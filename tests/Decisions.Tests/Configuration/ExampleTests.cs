using System.Text.RegularExpressions;
using Reuseportd.Configuration.Loading;

namespace Decisions.Tests.Configuration;

/// <summary>The examples that are installed.</summary>
public sealed partial class ExampleTests
{
    private static readonly string Folder = Checkout.At("config");

    private static IEnumerable<string> Files =>
        [Path.Combine(Folder, "reuseportd.yaml"), .. Directory.GetFiles(Path.Combine(Folder, "services.d"))];

    [Fact]
    public void Load_AllExamplesTogether_HaveNoErrorAndNoWarning()
    {
        var result = ConfigurationLoader.Load(Folder, Given.Alice);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        Assert.Equal(["dns", "node", "web"], result.Fleet!.Services.Select(service => service.Name).Order());
    }

    [Fact]
    public void Load_EachExampleAlone_HasNoError() =>
        Assert.All(
            Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories),
            path => Assert.Empty(ConfigurationLoader.Load(path, Given.Alice).Errors));

    [Fact]
    public void Read_CommentedKeysTurnedOn_HaveNoError()
    {
        var sources = Files.Select(path => Given.Source(path, CommentedKey().Replace(File.ReadAllText(path), "$1$2"))).ToArray();
        Assert.Contains(sources, source => source.Text.Contains("\n    user: www-data\n", StringComparison.Ordinal));
        Assert.Contains(sources, source => source.Text.Contains("\nsocket: /run/", StringComparison.Ordinal));
        Assert.Empty(ConfigurationReader.Read(sources, Given.Root).Errors);
    }

    [GeneratedRegex("^( *)# ([a-z_]+: [^ \n]+)$", RegexOptions.Multiline)]
    private static partial Regex CommentedKey();
}
