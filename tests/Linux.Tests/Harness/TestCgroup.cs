namespace Linux.Tests.Harness;

/// <summary>A cgroup v2 of a test. The test is skipped if it cannot be made.</summary>
internal sealed class TestCgroup : IDisposable
{
    public TestCgroup()
    {
        Root.Require();
        var mounts = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' '));
        var mount = mounts.FirstOrDefault(words => words.Contains("cgroup2"))?[4];
        Assert.SkipWhen(mount is null, "needs cgroup v2");
        Name = $"reuseportd-test-{Guid.NewGuid()}";
        Path = System.IO.Path.Combine(mount!, Name);
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"needs to make cgroups: {exception.Message}");
        }

        Folder = new Descriptor(Inheritable.OpenFolder(Path));
    }

    public string Name { get; }

    public string Path { get; }

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

    /// <summary>Removes the group, whose processes must have been reaped.</summary>
    public void Dispose()
    {
        Folder.Dispose();
        Directory.Delete(Path);
    }
}
