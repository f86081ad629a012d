using Reuseportd.Model;

namespace Linux.Tests;

public sealed class HostTests
{
    [Fact]
    public void RaiseLimit_Twice_SoftLimitIsTheHardLimit()
    {
        Assert.Equal(Errno.None, Descriptors.RaiseLimit(out var former));
        Assert.Equal(Errno.None, Descriptors.RaiseLimit(out var raised));

        Assert.Equal(new LimitPair(former.Hard, former.Hard), raised);
    }

    [Fact]
    public void Read_Sysctl_HasItsValue()
    {
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/ostype").Trim(), Sysctl.Read("kernel.ostype"));
        Assert.Null(Sysctl.Read("net.ipv4.no_such_thing"));
    }

    [Theory]
    [InlineData("server", "/usr/bin:/bin", "/usr/bin/server /bin/server")]
    [InlineData("server", ":relative::/bin/:.", "/bin/server")]
    [InlineData("./server", "/bin", "./server")]
    [InlineData("/opt/server", "/bin", "/opt/server")]
    [InlineData("server", "", "")]
    public void Candidates_ProgramAndPath_AreAbsoluteOrTheProgramItself(string program, string path, string expected) =>
        Assert.Equal(expected, string.Join(' ', ProgramPath.Candidates(program, path)));
}
