using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Control.Tests;

public sealed class LastLinesTests
{
    [Theory]
    [InlineData("exit code 1", "backoff", null, "exit code 1")]
    [InlineData(null, "ready", null, null)]
    [InlineData("exit code 1", "backoff", "no such file", "exit code 1; last line of web@0: no such file")]
    [InlineData("exit code 1", "failed", "no such file", "exit code 1; last line of web@0: no such file")]
    [InlineData("waits", "starting", "no such file", "waits; last line of the former process of web@0: no such file")]
    [InlineData("not replaced", "ready", "no such file", "not replaced; last line of the replacement of web@0: no such file")]
    [InlineData(null, "failed", "no such file", "last line of web@0: no such file")]
    public void With_Line_NamesItsProcess(string? detail, string state, string? line, string? whole) =>
        Assert.Equal(whole, LastLines.With("web@0", detail, state, line));

    /// <summary>
    /// Process ids and times differ from copy to copy. A difference in them alone does not need a separate line.
    /// </summary>
    [Fact]
    public void Status_LinesThatDifferInNumbersOnly_AreOneLine()
    {
        var status = Given.Status(
            Failed("web@0", "12:00:01 [42] no such file"), Failed("web@1", "12:00:02 [43] no such file"),
            Failed("web@2", "12:00:02 [44] no space left"));
        Assert.EndsWith(
            "\n\nweb@0, web@1: exit code 1; last line of web@0: 12:00:01 [42] no such file\n"
            + "web@2: exit code 1; last line of web@2: 12:00:02 [44] no space left\n",
            StatusTable.Format(status), StringComparison.Ordinal);
        Assert.EndsWith(
            "  exit code 1; last line of web@2: 12:00:02 [44] no space left\n",
            StatusTable.Format(status, wide: true),
            StringComparison.Ordinal);
    }

    private static WorkerStatus Failed(string name, string line) =>
        Given.Worker(name, "backoff") with { Pid = null, Binds = [], Detail = "exit code 1", LastLine = line };
}
