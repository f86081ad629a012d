using System.Globalization;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>SIGKILL to all that is in a group and in those below it.</summary>
internal static class CgroupKill
{
    /// <summary>By <c>cgroup.kill</c>, Linux 5.14: none of them can outrun it by forking.</summary>
    /// <returns>ENOENT on a kernel without, or when the group is gone.</returns>
    public static Errno All(CgroupDirectory parent, string name) => parent.Write($"{name}/cgroup.kill", "1");

    /// <summary>
    /// One by one, for kernels without. It is frozen first (Linux 5.2), so that nothing forks on meanwhile; what is frozen can be
    /// killed. To be done again until the group is empty, as freezing takes its time.
    /// </summary>
    public static void EachOf(CgroupDirectory parent, string name)
    {
        parent.Write($"{name}/cgroup.freeze", "1");
        foreach (var pid in Members(parent, name)) Kill(pid, name);
    }

    /// <summary>Processes in a group and in those below it.</summary>
    public static List<int> Members(CgroupDirectory parent, string name)
    {
        var members = new List<int>();
        foreach (var line in (parent.Read($"{name}/cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            // Processes that this pid namespace does not see are 0.
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0) members.Add(pid);

        using var directory = parent.OpenGroup(name, out _);
        foreach (var below in directory?.Groups() ?? []) members.AddRange(Members(directory!, below));
        return members;
    }

    /// <summary>
    /// The number may be another's by now: the pidfd is opened first, and then it is seen where that process is.
    /// </summary>
    private static void Kill(int pid, string name)
    {
        using var process = Pidfd.Open(pid, out _);
        if (process is null || ProcFile.Read(pid, "cgroup"u8) is not { } groups) return;
        if (Encoding.UTF8.GetString(groups).Contains($"/{name}", StringComparison.Ordinal)) process.SendSignal(Signal.Kill);
    }
}
