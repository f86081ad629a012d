namespace Tests.Shared;

/// <summary>A folder that other users may enter. It is removed at the end of its test.</summary>
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

    public void Dispose() => _folder.Delete(recursive: true);
}
