namespace EndToEnd.Tests.Harness;

/// <summary>
/// Servers of the distribution. The directories of the distribution come first, as version managers put scripts of the same
/// name before them.
/// </summary>
internal static class Programs
{
    public const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <returns>The absolute path. The test is skipped if the program is not installed.</returns>
    public static string Require(string name, string package)
    {
        var found = $"{SearchPath}:{Environment.GetEnvironmentVariable("PATH")}".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"{name} is not installed: apt-get install {package}");
        return found;
    }
}
