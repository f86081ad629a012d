using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The files of a configuration as they lie on disk: which they are, and by what a change of one is seen.</summary>
internal sealed record ConfigurationFiles(ValueList<string> Paths, ValueList<FileStamp?> Stamps)
{
    /// <summary>Looks at the names and the inodes; no file is opened.</summary>
    public static ConfigurationFiles At(string path)
    {
        string[] paths = Directory.Exists(path)
            ? [Path.Combine(path, ConfigurationSource.MainFile), .. Services(Path.Combine(path, ConfigurationSource.ServicesDirectory))]
            : [path];
        return new(new([.. paths]), new([.. paths.Select(FileStamp.Read)]));
    }

    /// <summary>Those that are there.</summary>
    public IReadOnlyList<string> Present => [.. Paths.Where((_, index) => Stamps[index] is not null)];

    private static IEnumerable<string> Services(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.yaml").Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal)];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
