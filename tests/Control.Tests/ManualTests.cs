using Reuseportd.Control;
using Tests.Manual;

namespace Control.Tests;

public sealed class ManualTests
{
    [Fact]
    public void Reuseportctl_FromTheCommands_IsTheInstalledPage()
    {
        var root = CommandTree.Create();
        Page.Expect("reuseportctl.1", ("COMMANDS", CommandWords.Verbs(root)), ("OPTIONS", CommandWords.Options(root)));
    }

    [Fact]
    public void CommandLine_FromTheCommands_IsTheReference()
    {
        var root = CommandTree.Create();
        GeneratedPart.Expect("docs/reference/command-line.md", "reuseportctl options", CommandTables.Options(root));
        GeneratedPart.Expect("docs/reference/command-line.md", "reuseportctl verbs", CommandTables.Verbs(root));
    }
}
