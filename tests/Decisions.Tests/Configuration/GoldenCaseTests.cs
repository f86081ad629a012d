using Reuseportd.Configuration.Loading;

namespace Decisions.Tests.Configuration;

/// <summary>
/// Folders of configurations with what is said of them: <c>errors.txt</c>, and <c>fleet.txt</c> where there are no errors.
/// With GOLDEN_UPDATE=1 in the environment they are written instead of compared.
/// </summary>
public sealed class GoldenCaseTests
{
    public static TheoryData<string> Cases =>
    [
        .. Directory.GetDirectories(Path.Combine(Given.Folder, "Cases"))
            .Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_GoldenCase_SaysWhatIsExpected(string name)
    {
        var folder = Path.Combine(Given.Folder, "Cases", name);
        var sources = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Select(path => Given.Source(Path.GetFileName(path), File.ReadAllText(path))).ToArray();
        var result = ConfigurationReader.Read(sources, Given.Root);
        var said = result.Errors.Concat(result.Warnings).Select(finding => $"{finding}\n");
        Expect(Path.Combine(folder, "errors.txt"), string.Concat(said));
        Expect(Path.Combine(folder, "fleet.txt"), result.Fleet is { } fleet ? FleetText.Of(fleet) : "");
    }

    private static void Expect(string path, string actual)
    {
        if (Environment.GetEnvironmentVariable("GOLDEN_UPDATE") == "1")
        {
            if (actual.Length > 0) File.WriteAllText(path, actual);
            else File.Delete(path);
        }

        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "", actual);
    }
}
