using System.Globalization;
using System.Runtime.InteropServices;

namespace Tests.Shared;

/// <summary>
/// A cgroup v2 of a test, with systemd's mark for delegation. The test is skipped if the group cannot be made. At the end, the
/// test kills the group's processes and removes the group. Its parent enables no controller, so that all hosts have equal groups.
/// </summary>
internal sealed partial class DelegatedCgroup : IDisposable
{
    private readonly string _mount;
    private readonly string _parent;

    public DelegatedCgroup(bool isMarked = true)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        var mount = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '))
            .FirstOrDefault(words => words.Contains("cgroup2"));
        Assert.SkipWhen(mount is null, "needs cgroup v2");
        _mount = mount![4];
        var own = File.ReadLines("/proc/self/cgroup")
            .First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..].TrimEnd('/');
        _parent = $"{own}/reuseportd-test-{Guid.NewGuid():N}";
        Name = $"{_parent}/daemon";
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"needs to make cgroups: {exception.Message}");
        }

        if (isMarked) Assert.Equal(0, SetAttribute(Path, "user.delegate", "1", 1, 0));
    }

    /// <summary>The path of the group in <c>/proc/PID/cgroup</c>.</summary>
    public string Name { get; }

    public string Path => _mount + Name;

    /// <summary>The line of <c>/proc/self/cgroup</c> for a process in it.</summary>
    public string Membership => $"0::{Name}";

    /// <summary>Names of the groups in it.</summary>
    public string[] Groups() =>
        [.. Directory.EnumerateDirectories(Path).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Processes in a group below.</summary>
    public int[] Members(string group) =>
        [.. File.ReadLines($"{Path}/{group}/cgroup.procs").Select(line => int.Parse(line, CultureInfo.InvariantCulture))];

    public string Make(string group) => Directory.CreateDirectory($"{Path}/{group}").FullName;

    /// <summary>Moves a process into a group below, or into the group itself.</summary>
    public void Move(int pid, string group = ".") =>
        File.WriteAllText($"{Path}/{group}/cgroup.procs", pid.ToString(CultureInfo.InvariantCulture));

    public void Dispose()
    {
        File.WriteAllText($"{Path}/cgroup.kill", "1");
        SpinWait.SpinUntil(
            () => File.ReadAllText($"{Path}/cgroup.events").Contains("populated 0", StringComparison.Ordinal),
            TimeSpan.FromSeconds(10));
        Remove(_mount + _parent);
    }

    private static void Remove(string path)
    {
        foreach (var below in Directory.EnumerateDirectories(path)) Remove(below);
        Directory.Delete(path);
    }

    [LibraryImport("libc", EntryPoint = "setxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(string path, string name, string value, nuint size, int flags);
}
