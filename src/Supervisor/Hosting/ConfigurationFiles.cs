using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The files of a configuration on disk, and stamps that show a change of a file.</summary>
internal sealed record ConfigurationFiles(ValueList<string> Paths, ValueList<FileStamp?> Stamps)
{
    /// <summary>Reads names and inodes only; opens no file.</summary>
    public static ConfigurationFiles At(string path)
    {
        var services = Path.Combine(path, ConfigurationSource.ServicesDirectory);
        string[] paths = Directory.Exists(path)
            ? [Path.Combine(path, ConfigurationSource.MainFile), .. Services(services)]
            : [path];
        return new(new([.. paths]), new([.. paths.Select(FileStamp.Read)]));
    }

    /// <summary>Files that exist.</summary>
    public IReadOnlyList<string> Present => [.. Paths.Where((_, index) => Stamps[index] is not null)];

    private static IEnumerable<string> Services(string folder)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(folder, "*.yaml")
                    .Where(file => !Path.GetFileName(file).StartsWith('.'))
                    .Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
