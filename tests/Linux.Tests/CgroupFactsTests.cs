namespace Linux.Tests;

/// <summary>The facts that decide if the daemon may use a control group, and the mount point of the group.</summary>
public sealed class CgroupFactsTests
{
    private const string Mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate";
    private const string Hybrid =
        "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw";

    [Theory]
    [InlineData("/", true, false, false, "", "is the root of the machine's hierarchy")]
    [InlineData("/", true, true, true, "", "is the root of the machine's hierarchy")]
    [InlineData("/", false, false, false, "domain", null)] // a container's own
    [InlineData("/system.slice/reuseportd.service", false, true, false, "domain", null)]
    [InlineData("/system.slice/reuseportd.service", false, false, false, "domain", "is not delegated")]
    [InlineData("/user.slice/user-0.slice/session-3.scope", false, false, false, "domain", "is not delegated")]
    [InlineData(
        "/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope", false, false, true, "domain",
        "is not delegated")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/run.service", false, true, true, "domain", null)]
    [InlineData("/mine", false, false, true, "domain", null)]
    [InlineData("/somebodys", false, false, false, "domain", "is not delegated")]
    [InlineData("/mine", false, true, false, "domain invalid", "is of type 'domain invalid'")]
    [InlineData("/mine", false, true, false, "threaded", "is of type 'threaded'")]
    public void Obstacle_Facts_DecideWhetherTheGroupMayBeUsed(
        string path, bool isRoot, bool isMarked, bool isOwned, string type, string? obstacle) =>
        Assert.Equal(obstacle, new CgroupFacts(path, isRoot, isMarked, isOwned, type).Obstacle());

    [Theory]
    [InlineData(Mount, "0::/a/b", "/sys/fs/cgroup", "/a/b")]
    [InlineData(Mount, "0::/", "/sys/fs/cgroup", "")]
    [InlineData(Hybrid, "3:cpu:/x\n0::/a", "/sys/fs/cgroup/unified", "/a")]
    [InlineData("30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/docker/abc", "/sys/fs/cgroup", "")]
    [InlineData("30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/docker/abc/x", "/sys/fs/cgroup", "/x")]
    public void Unified_GroupIsMounted_IsFound(string mounts, string membership, string mountPoint, string path) =>
        Assert.Equal(new CgroupMount(true, mountPoint, path), CgroupMount.Unified(mounts, membership));

    [Theory]
    [InlineData(Mount, "0::/../other")]
    [InlineData(Mount, "3:cpu:/x")]
    [InlineData("", "0::/a")]
    [InlineData("32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", "0::/a")]
    [InlineData("30 23 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/docker/abcd")]
    [InlineData("30 23 0:26 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "0::/")]
    public void Unified_GroupIsNotMounted_IsNone(string mounts, string membership) =>
        Assert.Null(CgroupMount.Unified(mounts, membership));

    [Theory]
    [InlineData("web@0.1", true)]
    [InlineData("a.b-c_d@12.345", true)]
    [InlineData("web@0.1+2", true)]
    [InlineData("supervisor", false)]
    [InlineData(".control", false)]
    [InlineData("user@1000.service", false)]
    [InlineData("web@0", false)]
    [InlineData("web@0.", false)]
    [InlineData("@0.1", false)]
    [InlineData("web@0.1+", false)]
    [InlineData("web@0.1x", false)]
    public void IsWorkers_Name_HasWorkerAndGeneration(string name, bool isWorkers) =>
        Assert.Equal(isWorkers, CgroupName.IsWorkers(name));

    [Fact]
    public void TryFind_RootGroupOfTheMachine_IsRefused()
    {
        var mount = CgroupMount.Unified(File.ReadAllText("/proc/self/mountinfo"), "0::/");
        Assert.SkipWhen(mount is null, "needs cgroup v2");
        Assert.SkipWhen(File.Exists($"{mount!.MountPoint}/cgroup.type"), "this is a container");
        Assert.Null(CgroupSubtree.TryFind(File.ReadAllText("/proc/self/mountinfo"), "0::/", out var obstacle));
        Assert.Contains("the cgroup / ", obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void TryFind_Mark_DecidesWhetherTheGroupIsUsed()
    {
        using var marked = new DelegatedCgroup();
        using var unmarked = new DelegatedCgroup(isMarked: false);
        var mounts = File.ReadAllText("/proc/self/mountinfo");
        using var found = CgroupSubtree.TryFind(mounts, marked.Membership, out _);
        Assert.Equal(marked.Name, found?.Path);
        marked.Make(CgroupName.Supervisor);
        using var fromWithin = CgroupSubtree.TryFind(mounts, $"{marked.Membership}/supervisor", out _);
        Assert.Equal(marked.Name, fromWithin?.Path);

        Assert.Null(CgroupSubtree.TryFind(mounts, unmarked.Membership, out var obstacle));
        Assert.Contains($"the cgroup {unmarked.Name} ", obstacle, StringComparison.Ordinal);
    }
}
