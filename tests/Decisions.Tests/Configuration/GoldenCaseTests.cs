using Reuseportd.Configuration.Loading;

namespace Decisions.Tests.Configuration;

/// <summary>
/// Each folder holds a configuration, its errors and warnings in <c>errors.txt</c>, and the fleet in <c>fleet.txt</c> if there is
/// no error. The configuration of a folder whose name ends with <c>-of-alice</c> is read by an ordinary user, the others by root.
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
    public void Read_GoldenCase_HasTheErrorsAndTheFleetOfItsFolder(string name)
    {
        var folder = Path.Combine(Given.Folder, "Cases", name);
        var context = name.EndsWith("-of-alice", StringComparison.Ordinal) ? Given.Alice : Given.Root;
        var sources = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal)
            .Select(path => Given.Source(Path.GetFileName(path), File.ReadAllText(path))).ToArray();
        var result = ConfigurationReader.Read(sources, context);
        var findings = result.Errors.Concat(result.Warnings).Select(finding => $"{finding}\n");
        Golden.Expect(Path.Combine(folder, "errors.txt"), string.Concat(findings));
        Golden.Expect(Path.Combine(folder, "fleet.txt"), result.Fleet is { } fleet ? FleetText.Of(fleet) : "");
    }
}
