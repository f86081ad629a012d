using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Sources;

/// <summary>The files beside a file that is imported. The functions are the only effect of a reader.</summary>
/// <param name="Directory">Absolute path of the file's directory.</param>
/// <param name="Read">The text of a file by its absolute path; null if there is none, or after a reported error.</param>
/// <param name="Match">Absolute paths of the files that a pattern matches, sorted.</param>
internal sealed record SourceTree(
    string Directory, Func<string, SourceText?> Read, Func<string, IReadOnlyList<string>> Match)
{
    /// <summary>The first bytes of a file by its absolute path; null if there is none that can be read.</summary>
    public Func<string, byte[]?> Start { get; init; } = _ => null;

    /// <summary>The text of a file that the import can do without; null if it cannot be read.</summary>
    public Func<string, SourceText?> Peek { get; init; } = _ => null;

    /// <summary>The name of this host.</summary>
    public string HostName { get; init; } = "";

    /// <summary>An absolute path for a path that is relative to the directory.</summary>
    public string Absolute(string path) => Absolute(Directory, path);

    public static string Absolute(string directory, string path)
    {
        if (path.StartsWith('/')) return path;
        var parts = new List<string>(directory.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return "/" + string.Join('/', parts);
    }
}
