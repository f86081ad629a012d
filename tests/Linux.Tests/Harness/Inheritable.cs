using System.Runtime.InteropServices;

namespace Linux.Tests.Harness;

/// <summary>Descriptors as C programs open them, without close-on-exec.</summary>
internal static unsafe partial class Inheritable
{
    private const int Path = 0x200000; // O_PATH

    public static int Open(string path) => Checked(Open(path, 0));

    /// <summary>A directory by name only, as cgroups are given.</summary>
    public static int OpenFolder(string path) => Checked(Open(path, Path));

    /// <summary>A pipe; both ends block.</summary>
    public static (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        Checked(Pipe(ends));
        return (ends[0], ends[1]);
    }

    public static void SetNonBlocking(int descriptor) => Checked(Control(descriptor, 4, 0x800));

    private static int Checked(int answer)
    {
        Assert.True(answer >= 0);
        return answer;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command, int argument);
}
