namespace Linux.Tests.Harness;

/// <summary>Programs put into a folder.</summary>
internal static class ProgramCopies
{
    /// <param name="octal">Permission bits as chmod(1) takes them.</param>
    public static string Copy(this TemporaryFolder folder, string from, string name, string octal = "755")
    {
        File.Copy(from, folder[name]);
        folder.Mode(name, octal);
        return folder[name];
    }
}
