namespace Decisions.Tests.Architecture;

/// <summary>Source files, by their paths below a folder.</summary>
internal static class Sources
{
    public static IReadOnlyDictionary<string, string> Supervisor { get; } = Of("src/Supervisor", "*.cs");

    public static IReadOnlyDictionary<string, string> Control { get; } = Of("src/Control", "*.cs");

    /// <summary>Below <c>src</c>: C# and C.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = Of("src", "*.cs", "*.c", "*.h", "*.S");

    private static Dictionary<string, string> Of(string under, params string[] patterns)
    {
        var folder = Checkout.At(under);
        return patterns.SelectMany(pattern => Directory.GetFiles(folder, pattern, SearchOption.AllDirectories))
            .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path)))
            .Where(file => !file.Name.Split('/').Any(name => name is "bin" or "obj"))
            .ToDictionary(file => file.Name, file => File.ReadAllText(file.Path));
    }
}
