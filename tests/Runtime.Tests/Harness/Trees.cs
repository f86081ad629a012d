using Reuseportd.Linux.Cgroups;

namespace Runtime.Tests.Harness;

/// <summary>
/// A fleet with one of the two ways in which trees of workers are ended; the way is in place of the surroundings of the daemon.
/// </summary>
internal sealed class Trees : IDisposable
{
    private readonly CgroupSubtree? _subtree;

    /// <param name="grouped">By control groups; else by session and subreaper.</param>
    /// <param name="hasKill">Whether the kernel has <c>cgroup.kill</c>.</param>
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
            // Nobody has it yet who would dispose of it.
            _subtree?.Dispose();
            Cgroup?.Dispose();
            throw;
        }
    }

    public DelegatedCgroup? Cgroup { get; }

    public Supervised Fleet { get; }

    /// <summary>Holds that nothing is left, of processes and of groups.</summary>
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
