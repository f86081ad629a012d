namespace Tests.Shared;

/// <summary>
/// The golden cases of <c>reuseportctl import</c>: a folder for each, with the files of a supervisor and <c>expected.yaml</c>.
/// </summary>
internal static class ImportCases
{
    public const string Folder = "tests/Control.Tests/Import/Cases";

    private const string Expected = "expected.yaml";

    private static readonly string[] Beside = [".env", ".d/", "conf.d/", Expected];

    public static IEnumerable<string> Names =>
        Directory.GetDirectories(Checkout.At(Folder)).Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal);

    public static string ExpectedOf(string name) => $"{Folder}/{name}/{Expected}";

    /// <returns>The file that is given to the import, without its folder.</returns>
    public static string MainOf(string name) =>
        FilesOf(name).Single(file => !Beside.Any(word => file.Contains(word, StringComparison.Ordinal)));

    /// <returns>All files, by their paths below the folder of the case.</returns>
    public static IEnumerable<string> FilesOf(string name)
    {
        var folder = Checkout.At($"{Folder}/{name}");
        return Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path));
    }
}
