using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Files;

/// <summary>
/// Reads regular files of the host. A larger file than those of the daemon's own configuration is refused, and a pattern that
/// looks at very many names.
/// </summary>
internal sealed class DiskFiles(Findings findings)
{
    /// <summary>Names that the patterns of a file look at.</summary>
    private const int MostNames = 20_000;

    /// <summary>Of a file and those that it names.</summary>
    private const long MostBytes = 16 * SourceText.LargestFile;

    private long left = MostBytes;

    private int names;

    /// <summary>Reads a file that must be there.</summary>
    public SourceText? Read(string path)
    {
        try
        {
            return Decode(path, path, findings);
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
        return new SourceTree(
            directory, path => TryRead(path, Shown(path, directory, file)), pattern => Match(pattern, file))
        {
            Start = Start,
            Peek = path => Peek(path, Shown(path, directory, file)),
            HostName = HostName.Read(),
        };
    }

    private SourceText? Peek(string path, string name)
    {
        try
        {
            return Decode(path, name, new Findings());
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return null;
        }
    }

    private SourceText? TryRead(string path, string name)
    {
        try
        {
            return Path.Exists(path) && !Directory.Exists(path) ? Decode(path, name, findings) : null;
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            findings.Error(new Place(name, 0, 0), "", $"cannot be read: {FileProblem.Words(error)}");
            return null;
        }
    }

    private static byte[]? Start(string path)
    {
        try
        {
            using var stream = RegularFile.Open(path);
            var bytes = new byte[512];
            return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return null;
        }
    }

    private SourceText? Decode(string path, string name, Findings problems)
    {
        using var stream = RegularFile.Open(path);
        var bytes = new byte[SourceText.LargestFile + 1];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        left -= length;
        if (left < 0) throw new InvalidDataException("the files are larger than 16 MiB together, the limit");
        return SourceText.Decode(name, bytes.AsSpan(0, length), SourceRole.Foreign, problems);
    }

    private static string Shown(string path, string directory, string file) =>
        path.StartsWith(directory + "/", StringComparison.Ordinal)
            ? Path.Combine(Path.GetDirectoryName(file) ?? "", path[(directory.Length + 1)..])
            : path;

    /// <summary>A pattern of glob(7), in any part of the path.</summary>
    /// <param name="file">The file that has the pattern.</param>
    private IReadOnlyList<string> Match(string pattern, string file)
    {
        IEnumerable<string> found = ["/"];
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var folders = found;
            found = Glob.HasPattern(part)
                ? folders.SelectMany(Entries).Where(entry => Glob.IsMatch(part, Path.GetFileName(entry)))
                : folders.Select(folder => Path.Combine(folder, part));
        }

        try
        {
            return [.. found.Where(RegularFile.Is).Order(StringComparer.Ordinal)];
        }
        catch (InvalidDataException error)
        {
            findings.Error(new Place(file, 0, 0), "", $"{Printable.Text(pattern)}: {error.Message}");
            return [];
        }
    }

    private IEnumerable<string> Entries(string folder)
    {
        IEnumerator<string> entries;
        try
        {
            if (!Directory.Exists(folder)) yield break;
            entries = Directory.EnumerateFileSystemEntries(folder).GetEnumerator();
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            yield break;
        }

        using (entries)
        {
            while (Next(entries)) yield return entries.Current;
        }
    }

    private bool Next(IEnumerator<string> entries)
    {
        if (++names > MostNames) throw new InvalidDataException("the pattern looks at more than 20,000 names, the limit");
        try
        {
            return entries.MoveNext();
        }
        catch (Exception error) when (FileProblem.IsOne(error))
        {
            return false;
        }
    }
}
