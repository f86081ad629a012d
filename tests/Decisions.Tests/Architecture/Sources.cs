namespace Decisions.Tests.Architecture;

/// <summary>The source files of a project, by their paths below its folder.</summary>
internal static class Sources
{
    public static IReadOnlyDictionary<string, string> Supervisor { get; } = Of("Supervisor");

    public static IReadOnlyDictionary<string, string> Control { get; } = Of("Control");

    private static Dictionary<string, string> Of(string project)
    {
        var folder = Checkout.At($"src/{project}");
        return Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: Path.GetRelativePath(folder, path)))
            .Where(file => House.FolderOf(file.Name) is not ("bin" or "obj"))
            .ToDictionary(file => file.Name, file => File.ReadAllText(file.Path));
    }
}
