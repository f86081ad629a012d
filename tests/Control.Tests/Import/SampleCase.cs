using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import;
using Tests.Shared;

namespace Tests.Import;

/// <summary>A folder of <c>Cases</c>: files of a supervisor, and <c>expected.yaml</c>. The main file names the kind.</summary>
internal static class SampleCase
{
    public const string Folder = "tests/Control.Tests/Import/Cases";

    private const string Expected = "expected.yaml";

    private static readonly string[] Beside = [".env", ".d/", "conf.d/", Expected];

    public static IEnumerable<string> Names =>
        Directory.GetDirectories(Checkout.At(Folder)).Select(path => Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal);

    public static string ExpectedOf(string name) => $"{Folder}/{name}/{Expected}";

    public static (string Kind, string File, string Text, IReadOnlyDictionary<string, string> Files) Load(string name)
    {
        var folder = Checkout.At($"{Folder}/{name}");
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllText);
        var main = files.Keys.Single(file => !Beside.Any(word => file.Contains(word, StringComparison.Ordinal)));
        return (Kinds.Find(new SourceText(main, files[main], SourceRole.Services))!, main, files[main], files);
    }
}
