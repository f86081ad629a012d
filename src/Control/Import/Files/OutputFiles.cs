using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Services;

namespace Reuseportd.Control.Import.Files;

/// <summary>Writes files of services. Without force, no file is replaced, and after a refusal no file is written.</summary>
internal static class OutputFiles
{
    public const string TooLarge = "the result is larger than 1 MiB, the limit of the daemon; import fewer programs at a time";

    /// <summary>Variables of a source may be passwords.</summary>
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    /// <param name="output">A directory gets one file for each source; another path is one file for all.</param>
    /// <returns>The path and the text of each file.</returns>
    public static IReadOnlyList<(string Path, string Text)> Plan(string output, IReadOnlyList<ImportedFile> files)
    {
        if (!Directory.Exists(output) && !output.EndsWith('/')) return [(output, ServiceText.Write(files))];
        var planned = new List<(string Path, string Text)>();
        foreach (var group in files.GroupBy(file => Stem(file.Name)))
            planned.Add((Path.Combine(output, $"{group.Key}.yaml"), ServiceText.Write([.. group])));
        return planned;
    }

    /// <returns>Null, or what went wrong.</returns>
    public static string? Write(IReadOnlyList<(string Path, string Text)> files, bool force)
    {
        if (files.FirstOrDefault(file => IsLarge(file.Text)).Path is { } large) return $"{large}: {TooLarge}";
        if (!force && files.FirstOrDefault(file => Path.Exists(file.Path)).Path is { } there)
            return $"{there} exists; --force replaces it";
        if (files.FirstOrDefault(file => Path.Exists(file.Path) && !RegularFile.Is(file.Path)).Path is { } special)
            return $"{special} is no regular file";
        var current = "";
        try
        {
            foreach (var (path, text) in files)
            {
                current = path;
                if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
                using var stream = new FileStream(path, new FileStreamOptions
                {
                    Mode = force ? FileMode.Create : FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private,
                });
                using var writer = new StreamWriter(stream);
                writer.Write(text);
            }

            return null;
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return $"{current} cannot be written: {FileProblem.Words(error)}";
        }
    }

    public static bool IsLarge(string text) => Encoding.UTF8.GetByteCount(text) > SourceText.LargestFile;

    /// <summary><c>web@.service</c> becomes <c>web</c>, and <c>Procfile.dev</c> becomes <c>procfile-dev</c>.</summary>
    private static string Stem(string path)
    {
        var name = Path.GetFileName(path);
        var lower = name.ToLowerInvariant();
        if (lower.StartsWith("procfile.", StringComparison.Ordinal)) name = lower.Replace('.', '-');
        var end = name.LastIndexOf('.');
        return Mapping.ServiceName(end > 0 ? name[..end] : name.ToLowerInvariant()).TrimEnd('-');
    }
}
