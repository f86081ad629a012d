using Reuseportd.Hosting;

namespace Decisions.Tests.Runtime;

public sealed class UnitJobTests
{
    private static readonly OwnUnit Unit = new("reuseportd.service", IsOfUser: false);

    [Theory]
    [InlineData("0::/system.slice/reuseportd.service/supervisor\n", "reuseportd.service", false)]
    [InlineData("0::/system.slice/reuseportd.service", "reuseportd.service", false)]
    [InlineData("0::/system.slice/system-web.slice/web@a.service\n", "web@a.service", false)]
    [InlineData("0::/a.slice/a-b.slice/web\\x2dapi.service\n", "web\\x2dapi.service", false)]
    [InlineData("0::/system.slice/_cpu.service\n", "cpu.service", false)]
    [InlineData(
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/reuseportd.service/supervisor\n", "reuseportd.service", true)]
    [InlineData("8:pids:/x.service\n1:name=systemd:/system.slice/reuseportd.service\n0::/\n", "reuseportd.service", false)]
    public void Find_GroupOfAUnit_IsTheUnit(string membership, string name, bool isOfUser) =>
        Assert.Equal(new OwnUnit(name, isOfUser), OwnUnit.Find(membership));

    [Theory]
    [InlineData("")]
    [InlineData("0::/\n")]
    [InlineData("0::/docker/0123\n8:pids:/system.slice/docker.service\n")]
    [InlineData("0::/user.slice/user-1000.slice/session-3.scope\n")]
    public void Find_NoUnit_IsNull(string membership) => Assert.Null(OwnUnit.Find(membership));

    [Theory]
    [InlineData("169 reuseportd.service restart running\n", true)]
    [InlineData("  169  reuseportd.service  restart  running  \n", true)]
    [InlineData("168 web.service start waiting\n169 reuseportd.service restart running\n", true)]
    [InlineData("169 reuseportd.service stop running\n", false)]
    [InlineData("169 reuseportd.service start waiting\n", false)]
    [InlineData("169 web.service restart running\n", false)]
    [InlineData("No jobs running.\n", false)]
    [InlineData("", false)]
    public void IsRestart_JobsOfSystemctl_FindsTheUnitsRestart(string jobs, bool expected) =>
        Assert.Equal(expected, UnitJob.IsRestart(jobs, Unit));
}
