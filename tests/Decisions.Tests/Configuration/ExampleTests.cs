using System.Text.RegularExpressions;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;

namespace Decisions.Tests.Configuration;

/// <summary>The examples that are installed.</summary>
public sealed partial class ExampleTests
{
    private static readonly string Folder = Checkout.At("config/examples");

    private static string[] Files => Directory.GetFiles(Folder, "*.yaml", SearchOption.AllDirectories);

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_Example_IsOneServiceWithTheNameOfTheFolder(string name)
    {
        var result = ConfigurationLoader.Load(Path.Combine(Folder, name), Given.Alice);
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
        var service = Assert.Single(result.Fleet!.Services);
        Assert.Equal((name, Path.Combine(Folder, name)), (service.Name, $"{service.Process.WorkingDirectory}"));
    }

    [Fact]
    public void Load_Examples_HaveDifferentPorts()
    {
        var ports = Files.Select(path => ConfigurationLoader.Load(path, Given.Alice).Fleet!.Services[0].Process.Reuseport.Ports);
        Assert.Equal(Files.Length, ports.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Page_Example_LinksEachFile(string name)
    {
        var page = File.ReadAllText(Path.Combine(Folder, name, "README.md"));
        var files = Directory.GetFiles(Path.Combine(Folder, name)).Select(path => Path.GetFileName(path))
            .Where(file => file.Contains('.', StringComparison.Ordinal) && !file.StartsWith('.') && file != "README.md");
        Assert.All(files, file => Assert.Contains($"[{file}]({file})", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Page_OfAllExamples_LinksEachPage()
    {
        var page = File.ReadAllText(Path.Combine(Folder, "README.md"));
        Assert.All(
            Names.Select(row => row.Data),
            name => Assert.Contains($"\n| [{name}]({name}/README.md) | ", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_CommentedKeysTurnedOn_HaveNoError()
    {
        string[] files = [Checkout.At("config/reuseportd.yaml"), Path.Combine(Folder, "python", "reuseportd.yaml")];
        var sources = files.Select(path => Turned(path)).ToArray();
        Assert.Contains(sources, source => source.Text.Contains("\n    user: www-data\n", StringComparison.Ordinal));
        Assert.Contains(sources, source => source.Text.Contains("\nsocket: /run/", StringComparison.Ordinal));
        Assert.All(sources, source => Assert.Empty(ConfigurationReader.Read([source], Given.Root).Errors));
    }

    private static SourceText Turned(string path) =>
        Given.Source(path, CommentedKey().Replace(File.ReadAllText(path), "$1$2")) with { Folder = Path.GetDirectoryName(path) };

    [GeneratedRegex("^( *)# ([a-z_]+: [^ \n]+)$", RegexOptions.Multiline)]
    private static partial Regex CommentedKey();
}
