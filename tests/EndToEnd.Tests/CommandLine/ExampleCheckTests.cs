using System.Text.RegularExpressions;
using EndToEnd.Tests.Examples;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

public sealed partial class ExampleCheckTests
{
    public static TheoryData<string> Names => [.. Example.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Check_Example_HasNoErrors(string name)
    {
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", Example.Read(name).Folder]);

        Assert.Equal(0, check.Code);
        Assert.Matches(Result(), check.Out);
    }

    [GeneratedRegex("1 service, [34] workers, no errors\n$")]
    private static partial Regex Result();
}
