namespace EndToEnd.Tests.Harness;

/// <summary>Programs put into a folder.</summary>
internal static class ProgramCopies
{
    /// <summary>
    /// Copies a program in another process. If this process had the file open for writing, a child of another thread could
    /// inherit the descriptor, and exec would fail with ETXTBSY.
    /// </summary>
    public static async Task<string> CopyAsync(this TemporaryFolder folder, string from, string name, string octal = "755")
    {
        var install = await Command.RunAsync("install", ["-D", "-m", octal, from, folder[name]]);
        Assert.Equal((0, ""), (install.Code, install.Error));
        return folder[name];
    }

    /// <summary>A script that can be executed.</summary>
    public static Task<string> ScriptAsync(this TemporaryFolder folder, string name, string text) =>
        folder.CopyAsync(folder.Write(name + ".txt", text), name);

    /// <summary>A copy that runs as this user. The test is skipped on a file system that ignores set-uid bits.</summary>
    public static async Task<string> SetUidCopyAsync(this TemporaryFolder folder, string from, string name, string user)
    {
        var program = await folder.CopyAsync(from, name);
        var options = (await Command.RunAsync("findmnt", ["-no", "OPTIONS", "-T", program])).Out;
        Assert.SkipWhen(options.Contains("nosuid", StringComparison.Ordinal), "nosuid mount");
        Assert.Equal(0, (await Command.RunAsync("chown", [user, program])).Code);
        folder.Mode(name, "4755");
        return program;
    }
}
