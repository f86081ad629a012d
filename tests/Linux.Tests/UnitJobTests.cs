using Linux.Tests.Harness;
using Reuseportd.Hosting;

namespace Linux.Tests;

/// <summary>A shell in place of systemctl(1).</summary>
public sealed class UnitJobTests
{
    private static readonly OwnUnit Unit = new("web.service", IsOfUser: false);

    [Theory]
    [InlineData("echo '7 web.service restart running'", true)]
    [InlineData("echo '7 web.service stop running'", false)]
    [InlineData("exit 1", false)]
    [InlineData("kill -KILL $$", false)]
    public async Task IsRestart_Program_IsWhatItPrints(string script, bool expected) =>
        Assert.Equal(expected, await AskAsync(script, Deadline.Patience));

    [Theory]
    [InlineData("exec sleep 1000")]
    // The output stays open after the end of the program.
    [InlineData("echo '7 web.service restart running'; sleep 5 & exit")]
    public async Task IsRestart_NoEndInTime_IsNone(string script) =>
        Assert.False(await AskAsync(script, TimeSpan.FromMilliseconds(100)).WaitAsync(Deadline.Patience));

    [Fact]
    public async Task IsRestart_NoProgram_IsNone() =>
        Assert.False(await UnitJob.IsRestartAsync(Unit, "/missing", [], Deadline.Patience, TimeProvider.System));

    private static Task<bool> AskAsync(string script, TimeSpan patience) =>
        UnitJob.IsRestartAsync(Unit, "/bin/sh", ["-c", script], patience, TimeProvider.System);
}
