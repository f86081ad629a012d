using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A control group with the controller pids, of cgroup v1 or v2, for a daemon with its workers. The test is skipped where the
/// group of the tests cannot have such a group. At the end, the test kills the processes of the group and removes the group.
/// </summary>
internal sealed class PidsGroup : IDisposable
{
    public PidsGroup()
    {
        Root.Require();
        var (mount, group) = Own() ?? default;
        Assert.SkipWhen(mount is null, "needs the controller pids");
        Name = $"{group}/reuseportd-test-{Guid.NewGuid():N}";
        Path = mount + Name;
        Directory.CreateDirectory(Path);
    }

    /// <summary>The path below the mount point, as the daemon names it.</summary>
    public string Name { get; }

    private string Path { get; }

    /// <summary>Processes and threads in it.</summary>
    private int Count => int.Parse(File.ReadAllText($"{Path}/pids.current"), CultureInfo.InvariantCulture);

    /// <summary>Later starts of the daemon are in the group.</summary>
    public void Wrap(Daemon daemon) => daemon.Wrapper = ["sh", "-c", $"echo 0 > {Path}/cgroup.procs && exec \"$@\"", "sh"];

    /// <summary>Leaves room for so many processes and threads.</summary>
    /// <returns>The limit.</returns>
    public int Leave(int room)
    {
        var most = Count + room;
        File.WriteAllText($"{Path}/pids.max", most.ToString(CultureInfo.InvariantCulture));
        return most;
    }

    public void Lift() => File.WriteAllText($"{Path}/pids.max", "max");

    public void Dispose()
    {
        Assert.True(
            SpinWait.SpinUntil(
                () =>
                {
                    var left = File.ReadAllLines($"{Path}/cgroup.procs");
                    // 0 is a process of another namespace, and means all of the own group to kill(2).
                    Processes.KillAll(left.Select(pid => int.Parse(pid, CultureInfo.InvariantCulture)).Where(pid => pid > 0));
                    return left.Length == 0;
                },
                Deadline.Patience));
        Directory.Delete(Path);
    }

    /// <summary>The mount point, and the path of the group of the tests below it.</summary>
    private static (string Mount, string Group)? Own()
    {
        var groups = File.ReadLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).ToArray();
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var halves = line.Split(" - ");
            var (words, kind) = (halves[0].Split(' '), halves[1].Split(' '));
            var isUnified = kind[0] == "cgroup2";
            if (!isUnified && (kind[0] != "cgroup" || !kind[^1].Split(',').Contains("pids"))) continue;
            var group = groups.FirstOrDefault(
                group => isUnified ? group[1].Length == 0 : group[1].Split(',').Contains("pids"))?[2].TrimEnd('/');
            if (group is null || group.Contains("/..", StringComparison.Ordinal)) continue;
            if (words[3] != "/" && group.StartsWith(words[3], StringComparison.Ordinal)) group = group[words[3].Length..];
            if (!isUnified || IsEnabledBelow(words[4] + group)) return (words[4], group);
        }

        return null;
    }

    private static bool IsEnabledBelow(string group) =>
        File.Exists($"{group}/cgroup.subtree_control")
        && File.ReadAllText($"{group}/cgroup.subtree_control").Split().Contains("pids");
}
