namespace Linux.Tests;

public sealed class CpuQuotaTests
{
    private const string Unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
    private const string Legacy = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct";

    [Fact]
    public void Read_UnifiedGroups_IsTheLeastOfAllAncestors() => Assert.Equal(1.5, Read(
        Unified, "0::/system.slice/reuseportd.service",
        ("/sys/fs/cgroup/system.slice/reuseportd.service/cpu.max", "400000 100000"),
        ("/sys/fs/cgroup/system.slice/cpu.max", "150000 100000"),
        ("/sys/fs/cgroup/cpu.max", "max 100000")));

    [Fact]
    public void Read_UnifiedWithoutQuota_IsNone() =>
        Assert.Null(Read(Unified, "0::/a", ("/sys/fs/cgroup/a/cpu.max", "max 100000")));

    [Fact]
    public void Read_LegacyGroup_IsQuotaByPeriod() => Assert.Equal(0.5, Read(
        Legacy, "4:memory:/x\n3:cpu,cpuacct:/a\n0::/",
        ("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "25000"),
        ("/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "50000")));

    [Fact]
    public void Read_LegacyWithoutQuota_IsNone() => Assert.Null(Read(
        Legacy, "3:cpu,cpuacct:/",
        ("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1"),
        ("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000")));

    [Fact]
    public void Read_ContainerWithAnOwnMount_PathBeginsAtItsRoot() => Assert.Equal(2, Read(
        "32 31 0:29 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu", "3:cpu:/docker/abc",
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "200000"),
        ("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000")));

    [Fact]
    public void Read_GroupOutsideOfTheMount_IsThatOfTheMountedRoot() =>
        Assert.Equal(3, Read(Unified, "0::/../../init.scope", ("/sys/fs/cgroup/cpu.max", "300000 100000")));

    [Theory]
    [InlineData("")]
    [InlineData("max")]
    [InlineData("x y")]
    [InlineData("0 0")]
    [InlineData("100000 0")]
    [InlineData("-5 100000")]
    public void Read_Nonsense_IsNone(string text) => Assert.Null(Read(Unified, "0::/", ("/sys/fs/cgroup/cpu.max", text)));

    [Fact]
    public void Read_NoCgroups_IsNone() => Assert.Null(Read("", "", []));

    private static double? Read(string mounts, string membership, params (string Path, string Text)[] files) =>
        CpuQuota.Read(mounts, membership, path => files.FirstOrDefault(file => file.Path == path).Text);
}
