namespace Linux.Tests.Harness;

/// <summary>Programs put into a folder.</summary>
internal static class ProgramCopies
{
    /// <summary>
    /// Copies a program in another process. If this process had the file open for writing, a child of another thread could
    /// inherit the descriptor, and exec would fail with ETXTBSY.
    /// </summary>
    /// <param name="octal">Permission bits as chmod(1) takes them.</param>
    public static string Copy(this TemporaryFolder folder, string from, string name, string octal = "755")
    {
        using var install = TestWorker.Start("/usr/bin/install", "-D", "-m", octal, from, folder[name]);
        Assert.True(install.AwaitExit().Success);
        return folder[name];
    }

    /// <summary>A script that can be executed.</summary>
    public static string Script(this TemporaryFolder folder, string name, string text) =>
        folder.Copy(folder.Write(name + ".txt", text), name);
}
