namespace Linux.Tests.Harness;

/// <summary>A cgroup v2 of a test. The test is skipped if it cannot be made.</summary>
internal sealed class TestCgroup : IDisposable
{
    private readonly string _path;

    public TestCgroup()
    {
        Root.Require();
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '));
        var mount = mounts.FirstOrDefault(words => words.Contains("cgroup2"))?[4];
        Assert.SkipWhen(mount is null, "needs cgroup v2");
        Name = $"reuseportd-test-{Guid.NewGuid()}";
        _path = Path.Combine(mount!, Name);
        try
        {
            Directory.CreateDirectory(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"needs to make cgroups: {exception.Message}");
        }

        Folder = new Descriptor(Inheritable.OpenFolder(_path));
    }

    public string Name { get; }

    public Descriptor Folder { get; }

    /// <summary>The id of the group in the kernel's answers about sockets.</summary>
    public unsafe ulong Id
    {
        get
        {
            Libc.FileStatus status;
            byte nothing = 0;
            Assert.Equal(0, Libc.Status(Folder.Number, &nothing, Libc.AtEmptyPath, Libc.StatBasic, &status));
            return status.Inode;
        }
    }

    /// <summary>Its processes must have been reaped.</summary>
    public void Dispose()
    {
        Folder.Dispose();
        Directory.Delete(_path);
    }
}
