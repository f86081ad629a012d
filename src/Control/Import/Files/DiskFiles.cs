using System.IO.Enumeration;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Files;

/// <summary>Reads files of the host. A larger file than those of the daemon's own configuration is refused.</summary>
internal sealed class DiskFiles(Findings findings)
{
    private const int MostMatches = 1000;

    /// <summary>Of a file and those that it names.</summary>
    private const long MostBytes = 16 * SourceText.LargestFile;

    private long left = MostBytes;

    /// <summary>Reads a file that must be there.</summary>
    public SourceText? Read(string path)
    {
        try
        {
            return Decode(path, path);
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            findings.Error(new Place(path, 0, 0), "", $"cannot be read: {FileProblem.Words(error)}");
            return null;
        }
    }

    /// <summary>The files around a file. Their names in messages are like that of the file.</summary>
    public SourceTree Around(string file)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/";
        return new SourceTree(directory, path => TryRead(path, Shown(path, directory, file)), Match);
    }

    private SourceText? TryRead(string path, string name)
    {
        try
        {
            return File.Exists(path) ? Decode(path, name) : null;
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            findings.Error(new Place(name, 0, 0), "", $"cannot be read: {FileProblem.Words(error)}");
            return null;
        }
    }

    private SourceText? Decode(string path, string name)
    {
        using var stream = File.OpenRead(path);
        var bytes = new byte[SourceText.LargestFile + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        left -= length;
        if (left < 0) throw new InvalidDataException("the files are larger than 16 MiB together, the limit");
        return SourceText.Decode(name, bytes.AsSpan(0, length), SourceRole.Services, findings);
    }

    private static string Shown(string path, string directory, string file) =>
        path.StartsWith(directory + "/", StringComparison.Ordinal)
            ? Path.Combine(Path.GetDirectoryName(file) ?? "", path[(directory.Length + 1)..])
            : path;

    /// <summary>A pattern of glob(7) with '*' and '?', in any part of the path.</summary>
    private static IReadOnlyList<string> Match(string pattern)
    {
        IEnumerable<string> found = ["/"];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var folders = found;
            found = part.AsSpan().ContainsAny('*', '?')
                ? folders.SelectMany(folder => Entries(folder).Where(entry => IsMatch(part, entry)))
                : folders.Select(folder => Path.Combine(folder, part));
        }

        return [.. found.Where(File.Exists).Take(MostMatches).Order(StringComparer.Ordinal)];
    }

    private static string[] Entries(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFileSystemEntries(folder) : [];
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return [];
        }
    }

    private static bool IsMatch(string part, string entry) =>
        (Path.GetFileName(entry)[0] != '.' || part[0] == '.')
        && FileSystemName.MatchesSimpleExpression(part, Path.GetFileName(entry), ignoreCase: false);
}
