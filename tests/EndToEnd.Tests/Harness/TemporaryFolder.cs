namespace Reuseportd.EndToEnd.Tests.Harness;

/// <summary>A folder that others may enter, gone at the end of its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reuseportd-test-");

    public TemporaryFolder() => Mode("", "755");

    public string this[string name] => Path.Combine(_folder.FullName, name);

    /// <param name="octal">Permission bits as chmod(1) takes them.</param>
    public void Mode(string name, string octal) => File.SetUnixFileMode(this[name], (UnixFileMode)Convert.ToInt32(octal, 8));

    public string Write(string name, string text, string octal = "644")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
        Mode(name, octal);
        return this[name];
    }

    /// <summary>
    /// Copies a program. By another process: while one of this process's threads holds a file open for writing, a child that
    /// another thread starts holds it too, and nobody can execute it (ETXTBSY).
    /// </summary>
    public async Task<string> CopyAsync(string from, string name, string octal = "755")
    {
        var install = await Command.RunAsync("install", ["-D", "-m", octal, from, this[name]]);
        Assert.Equal((0, ""), (install.Code, install.Error));
        return this[name];
    }

    /// <summary>A script that can be executed.</summary>
    public Task<string> ScriptAsync(string name, string text) => CopyAsync(Write(name + ".txt", text), name);

    public void Dispose() => _folder.Delete(recursive: true);
}
