using Microsoft.Win32.SafeHandles;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Loading;

/// <summary>
/// Finds and reads the files of a configuration; only this part of Configuration uses the file system. The kind of a file is
/// checked before the file is opened, because opening a FIFO would block until a writer comes.
/// </summary>
internal sealed class ConfigurationLoader
{
    private const string MainFile = "reuseportd.yaml";
    private const string ServicesDirectory = "services.d";

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    private readonly LoadContext context;
    private readonly Findings findings = new();
    private readonly List<SourceText> sources = [];

    private ConfigurationLoader(LoadContext context) => this.context = context;

    /// <param name="path">A directory with <c>reuseportd.yaml</c> and <c>services.d</c>, or one file with the whole
    /// configuration.</param>
    public static LoadResult Load(string path, LoadContext context)
    {
        var loader = new ConfigurationLoader(context);
        if (loader.Look(path) is { } facts)
        {
            if (facts.Kind == FileKind.Directory) loader.ReadDirectory(path, facts);
            else loader.ReadFile(path, facts, SourceRole.Main);
        }

        return ConfigurationReader.Read(loader.sources, context, loader.findings);
    }

    private void ReadDirectory(string path, FileFacts facts)
    {
        WarnOfWriters(path, facts);
        var (main, services) = (Path.Combine(path, MainFile), Path.Combine(path, ServicesDirectory));
        var names = Names(path);
        if (names.Contains(MainFile) && Look(main) is { } mainFacts) ReadFile(main, mainFacts, SourceRole.Main);
        if (names.Contains(ServicesDirectory) && Look(services) is { } servicesFacts) ReadServices(services, servicesFacts);
        else if (!names.Contains(MainFile))
            Warn(path, $"holds neither {MainFile} nor {ServicesDirectory}, so there is nothing to run");
        WarnOfShortSuffix(path, names.Where(name => name == Path.ChangeExtension(MainFile, ".yml")));
    }

    private void ReadServices(string path, FileFacts facts)
    {
        if (facts.Kind != FileKind.Directory)
        {
            Refuse(path, "is not a directory");
            return;
        }

        WarnOfWriters(path, facts);
        var names = Names(path);
        foreach (var name in names.Where(name => name.EndsWith(".yaml", StringComparison.Ordinal)))
        {
            var file = Path.Combine(path, name);
            if (Look(file) is { } fileFacts) ReadFile(file, fileFacts, SourceRole.Services);
        }

        WarnOfShortSuffix(path, names.Where(name => name.EndsWith(".yml", StringComparison.Ordinal)));
    }

    private void WarnOfShortSuffix(string directory, IEnumerable<string> names)
    {
        foreach (var name in names) Warn(Path.Combine(directory, name), "is ignored; rename it to .yaml");
    }

    /// <summary>The sorted names of a directory's files. Hidden files, such as those of editors, are omitted.</summary>
    private List<string> Names(string directory)
    {
        try
        {
            return
            [
                .. Directory.EnumerateFileSystemEntries(directory, "*", Everything)
                    .Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.')).Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(directory, $"cannot be listed: {Reason(error)}");
            return [];
        }
    }

    private FileFacts? Look(string path)
    {
        var facts = context.FindFile(path, out var errno);
        if (facts is null)
        {
            Refuse(path, errno != Errno.NotFound ? $"cannot be read: {errno}"
                : IsLink(path) ? "is a symbolic link to a file that does not exist"
                : "does not exist");
        }

        return facts;
    }

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private void ReadFile(string path, FileFacts facts, SourceRole role)
    {
        if (facts.Kind != FileKind.Regular)
        {
            var kind = facts.Kind == FileKind.Fifo ? "FIFO" : facts.Kind.ToString().ToLowerInvariant();
            Refuse(path, $"is not a regular file but a {kind}");
            return;
        }

        WarnOfWriters(path, facts);
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = ReadUpTo(handle, SourceText.LargestFile + 1);
            if (SourceText.Decode(Printable.Sentence(path), bytes, role, findings) is not { } source) return;
            sources.Add(source with { Folder = Path.GetDirectoryName(Path.GetFullPath(path)) });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(path, $"cannot be read: {Reason(error)}");
        }
    }

    private static ReadOnlySpan<byte> ReadUpTo(SafeFileHandle handle, int most)
    {
        var bytes = new byte[most];
        var length = 0;
        while (length < most && RandomAccess.Read(handle, bytes.AsSpan(length), length) is var read and > 0) length += read;
        return bytes.AsSpan(0, length);
    }

    /// <summary>Warns if another user can write to the path: the files name the programs that root runs.</summary>
    private void WarnOfWriters(string path, FileFacts facts)
    {
        if (!context.IsRoot) return;
        if (facts.UserId != 0)
            Warn(path, $"is owned by user {facts.UserId}; that user can choose the commands that root runs; chown it to root");
        else if (facts.Mode.HasFlag(UnixFileMode.OtherWrite)
                 || (facts.Mode.HasFlag(UnixFileMode.GroupWrite) && facts.GroupId != 0))
            Warn(path, "is writable by other users; these users can choose the commands that root runs; chmod go-w it");
    }

    /// <summary>The kernel's errno if the exception carries one: the exception's own text is for programmers.</summary>
    private static string Reason(Exception error) => error switch
    {
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "it no longer exists",
        { HResult: > 0 and < 4096 } => new Errno(error.HResult).ToString(),
        _ => "input/output error",
    };

    private void Refuse(string path, string message) => findings.Error(new Place(Printable.Sentence(path), 0, 0), "", message);

    private void Warn(string path, string message) => findings.Warning(new Place(Printable.Sentence(path), 0, 0), "", message);
}
