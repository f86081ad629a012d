namespace Tests.Shared;

/// <summary>
/// Texts in files of the source tree. With GOLDEN_UPDATE=1 in the environment, the tests write the files instead of comparing.
/// </summary>
internal static class Golden
{
    public static bool IsUpdated => Environment.GetEnvironmentVariable("GOLDEN_UPDATE") == "1";

    /// <param name="path">Path of the file below the source tree. An empty text has no file.</param>
    public static void Expect(string path, string actual)
    {
        var file = Checkout.At(path);
        if (IsUpdated) Write(file, actual);
        Assert.Equal(File.Exists(file) ? File.ReadAllText(file) : "", actual);
    }

    private static void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (text.Length > 0) File.WriteAllText(file, text);
        else File.Delete(file);
    }
}
