using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Text;
using Tests.Import;

namespace Decisions.Tests.Import;

/// <summary>The daemon's reader takes what an import writes. The accounts of the sources need not exist here.</summary>
public sealed class ImportedFilesTests
{
    internal static readonly Reuseportd.Configuration.Reading.LoadContext Host = Configuration.Given.Root with
    {
        FindUser = _ => 1000, FindGroup = _ => 1000, Controllers = null, Capabilities = ulong.MaxValue,
    };

    public static TheoryData<string> Names => [.. SampleCase.Names];

    [Fact]
    public void Names_OfCases_AreAtLeastTwenty() => Assert.True(SampleCase.Names.Count() >= 20);

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_ExpectedFile_HasNoErrors(string name)
    {
        var text = File.ReadAllText(Checkout.At(SampleCase.ExpectedOf(name)));
        var result = ConfigurationReader.Read([new SourceText(name, text, SourceRole.Services)], Host);
        Assert.Empty(result.Errors);
        Assert.Equal(name == "systemd-oneshot", result.Fleet!.Services.Count == 0);
    }
}
