namespace Linux.Tests.Seccomp;

/// <summary>Tests with listeners of seccomp(2). They run in sequence, as some count the listeners of the test process.</summary>
[CollectionDefinition(Name)]
public sealed class Listeners
{
    public const string Name = "listeners of seccomp";

    internal static int Open => Directory.GetFiles("/proc/self/fd")
        .Count(path => new FileInfo(path).LinkTarget == "anon_inode:seccomp notify");
}
