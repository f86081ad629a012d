using Tests.Import;

namespace Control.Tests.Import;

/// <summary>
/// Files of other supervisors, in the forms of public projects. Decisions.Tests reads the same results with the daemon's reader.
/// </summary>
public sealed class ImportCaseTests
{
    public static TheoryData<string> Names => [.. SampleCase.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_Case_GivesTheFileOfTheCase(string name)
    {
        var (kind, file, text, files) = SampleCase.Load(name);
        Assert.StartsWith(kind, name, StringComparison.Ordinal);
        var sample = Sample.Read(kind, file, text, files);
        Assert.Empty(sample.Errors);
        Golden.Expect(SampleCase.ExpectedOf(name), sample.Yaml);
    }
}
