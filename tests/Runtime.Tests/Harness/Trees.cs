using Reuseportd.Linux.Cgroups;

namespace Runtime.Tests.Harness;

/// <summary>
/// A fleet that ends process trees by cgroup or by subreaper. The test chooses, not the environment of the daemon.
/// </summary>
internal sealed class Trees : IDisposable
{
    private readonly CgroupSubtree? _subtree;

    /// <param name="grouped">By control groups; else by session and subreaper.</param>
    /// <param name="hasKill">True if the kernel has <c>cgroup.kill</c>.</param>
    public Trees(bool grouped, bool hasKill = true, TimeSpan? longestStart = null)
    {
        try
        {
            if (grouped)
            {
                Cgroup = new DelegatedCgroup();
                _subtree = CgroupSubtree.TryFind(File.ReadAllText("/proc/self/mountinfo"), Cgroup.Membership, out var obstacle);
                Assert.True(_subtree is not null, obstacle);
                _subtree.HasKill = hasKill;
            }

            Fleet = new Supervised(groups: _subtree, longestStart: longestStart);
        }
        catch
        {
            // No caller has the object yet that could dispose of it.
            _subtree?.Dispose();
            Cgroup?.Dispose();
            throw;
        }
    }

    public DelegatedCgroup? Cgroup { get; }

    public Supervised Fleet { get; }

    /// <summary>Asserts that no process and no cgroup is left.</summary>
    public void Dispose()
    {
        try
        {
            Fleet.Dispose();
            if (Cgroup is not null) Assert.Empty(Cgroup.Groups());
        }
        finally
        {
            _subtree?.Dispose();
            Cgroup?.Dispose();
        }
    }
}
