using System.Text.RegularExpressions;

namespace Decisions.Tests.Architecture;

/// <summary>
/// The floors of the house, and what the code of a file may refer to from where it stands. Pure: it is given texts.
/// </summary>
internal static partial class House
{
    public const string Root = "Reuseportd";

    /// <summary>Folders of the supervisor, the lowest first; those of one floor stand together.</summary>
    public static readonly string[][] Floors =
    [
        ["Model"],
        ["Configuration", "Slots", "Planning", "Binding", "Steering"],
        ["Linux", "Observability"],
        ["Runtime"],
        ["Api"],
        ["Hosting"],
    ];

    /// <summary>Null for a folder that has no place.</summary>
    public static int? FloorOf(string folder) => Array.FindIndex(Floors, floor => floor.Contains(folder)) is >= 0 and var floor ? floor : null;

    /// <param name="path">Below the folder of the project: <c>Linux/Epoll.cs</c>.</param>
    public static string FolderOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>
    /// Folders that a text refers to, by <c>using</c>, by whole names, and by names that begin at a floor (<c>Linux.Epoll</c>).
    /// </summary>
    public static IEnumerable<string> References(string source)
    {
        var code = SourceText.Code(source);
        return WholeName().Matches(code).Concat(RelativeName().Matches(code)).Concat(RelativeUsing().Matches(code))
            .Select(match => match.Groups["folder"].Value).Distinct();
    }

    /// <summary>What a file refers to and must not: anything but its own folder and the floors below.</summary>
    public static IEnumerable<string> ForbiddenReferences(string path, string source)
    {
        var folder = FolderOf(path);
        // What stands in no folder puts the parts together, above them all.
        var own = folder.Length == 0 ? Floors.Length : FloorOf(folder);
        return References(source).Where(target => target != folder && !(FloorOf(target) < own));
    }

    /// <summary>
    /// Whether the namespace is that of the folder. A folder within a folder may have one of its own, or keep to that of the
    /// outer one.
    /// </summary>
    public static bool IsInItsNamespace(string path, string source)
    {
        var declared = DeclaredNamespace(source);
        if (FolderOf(path).Length == 0) return declared is null;
        return declared == $"{Root}.{FolderOf(path)}" || declared == $"{Root}.{Path.GetDirectoryName(path)!.Replace('/', '.')}";
    }

    public static string? DeclaredNamespace(string source) =>
        Declaration().Match(SourceText.Code(source)) is { Success: true } match ? match.Groups["name"].Value : null;

    /// <summary>Words of a text by which one thread waits for another.</summary>
    public static IEnumerable<string> Locks(string source) => Words(LockWord(), source);

    /// <summary>
    /// Words of a text by which it would learn or do something that it was not given: time, chance, files, processes.
    /// </summary>
    public static IEnumerable<string> Surroundings(string source) => Words(SurroundingsWord(), source);

    private static IEnumerable<string> Words(Regex words, string source) =>
        words.Matches(SourceText.Code(source)).Select(match => match.Groups["word"].Value).Distinct();

    [GeneratedRegex(@"\bReuseportd\s*\.\s*(?<folder>\w+)")]
    private static partial Regex WholeName();

    [GeneratedRegex(@"(?<![\w.]|Reuseportd\s*\.\s*)(?<folder>Model|Configuration|Slots|Planning|Binding|Steering|Linux|Observability|Runtime|Api|Hosting)\s*\.\s*[A-Z]\w*")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"\busing\s+(static\s+|\w+\s*=\s*)?(?<folder>Model|Configuration|Slots|Planning|Binding|Steering|Linux|Observability|Runtime|Api|Hosting)\s*[.;]")]
    private static partial Regex RelativeUsing();

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(
        @"(?<![\w.])(?<word>lock)\s*\(|\b(?<word>Monitor)\s*\.|\b(?<word>SemaphoreSlim|Semaphore|Mutex|ReaderWriterLock\w*|SpinLock|ManualResetEvent\w*|AutoResetEvent|CountdownEvent|Barrier|Lock|Synchronized)\b")]
    private static partial Regex LockWord();

    [GeneratedRegex(
        @"(?<![\w.])(?<word>TimeProvider|Stopwatch|Thread|ThreadPool|Task|Timer|PeriodicTimer|DateTime|DateTimeOffset|RandomNumberGenerator|FileStream|StreamReader|FileInfo|DirectoryInfo)\b"
        + @"|(?<![\w.])(?<word>Random|File|Directory|Process|Environment|Guid|Interlocked|Console)\s*\.\s*\w"
        + @"|\bnew\s+(?<word>Random|Process|Socket)\s*\(")]
    private static partial Regex SurroundingsWord();
}
