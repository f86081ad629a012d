using Reuseportd.Configuration.Loading;
using Tests.Manual;

namespace Decisions.Tests.Manual;

public sealed class ManualTests
{
    [Fact]
    public void Reuseportd_FromTheCommandLine_IsTheInstalledPage() =>
        Page.Expect(
            "reuseportd.8",
            ("OPTIONS", CommandWords.Options(Reuseportd.Hosting.CommandLine.Create(_ => Task.FromResult(0), _ => 0))));

    [Fact]
    public void ReuseportdYaml_FromTheKeys_IsTheInstalledPage() =>
        Page.Expect("reuseportd.yaml.5", ("KEYS", KeyWords.Of(ConfigurationReader.Shape)));

    [Fact]
    public void CommandLine_FromTheOptions_IsTheReference() => GeneratedPart.Expect(
        "docs/reference/command-line.md", "reuseportd options",
        CommandTables.Options(Reuseportd.Hosting.CommandLine.Create(_ => Task.FromResult(0), _ => 0)));
}
