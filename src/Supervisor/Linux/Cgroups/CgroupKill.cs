using System.Globalization;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Cgroups;

/// <summary>Sends SIGKILL to all processes of a group and of its descendants.</summary>
internal static class CgroupKill
{
    /// <summary>Writes <c>cgroup.kill</c> (Linux 5.14): no process can escape it by forking.</summary>
    /// <returns>ENOENT if the kernel has no such file, or the group is gone.</returns>
    public static Errno All(CgroupDirectory parent, string name) => parent.Write($"{name}/cgroup.kill", "1");

    /// <summary>
    /// Kills one process at a time, for kernels without <c>cgroup.kill</c>. The group is frozen first (Linux 5.2), so that no
    /// process forks; a frozen process can be killed. Freezing takes time, so repeat the call until the group is empty.
    /// </summary>
    public static void EachOf(CgroupDirectory parent, string name)
    {
        parent.Write($"{name}/cgroup.freeze", "1");
        foreach (var pid in Members(parent, name)) Kill(pid, name);
    }

    /// <summary>Processes of a group and of its descendants.</summary>
    public static List<int> Members(CgroupDirectory parent, string name)
    {
        var members = new List<int>();
        foreach (var line in (parent.Read($"{name}/cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            // A process outside of this pid namespace is listed as 0.
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 0) members.Add(pid);

        using var directory = parent.OpenGroup(name, out _);
        foreach (var below in directory?.Groups() ?? []) members.AddRange(Members(directory!, below));
        return members;
    }

    /// <summary>
    /// Opens a pidfd first and then checks the process's group, because the number may belong to another process by now.
    /// </summary>
    private static void Kill(int pid, string name)
    {
        using var process = Pidfd.Open(pid, out _);
        if (process is null || ProcFile.Read(pid, "cgroup"u8) is not { } groups) return;
        if (Encoding.UTF8.GetString(groups).Contains($"/{name}", StringComparison.Ordinal)) process.SendSignal(Signal.Kill);
    }
}
