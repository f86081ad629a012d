using System.Text.RegularExpressions;

namespace Decisions.Tests.Architecture;

/// <summary>
/// The floors of the supervisor's folders, and the folders that the code of a file may refer to. Pure: callers pass texts.
/// </summary>
internal static partial class House
{
    public const string Root = "Reuseportd";

    private const string Folders =
        "Model|Configuration|Slots|Planning|Binding|Steering|Linux|Observability|Runtime|Diagnosis|Api|Hosting";

    /// <summary>Folders of the supervisor, the lowest first. Each entry has the folders of one floor.</summary>
    public static readonly string[][] Floors =
    [
        ["Model"],
        ["Configuration", "Slots", "Planning", "Binding", "Steering"],
        ["Linux", "Observability"],
        ["Runtime"],
        ["Diagnosis"],
        ["Api"],
        ["Hosting"],
    ];

    /// <summary>
    /// Sub-folders (rooms) of a folder, the lowest first. Rooms of one entry do not refer to each other. A folder with rooms has
    /// no files of its own.
    /// </summary>
    public static readonly Dictionary<string, string[][]> Rooms = new()
    {
        ["Configuration"] = [["Text"], ["Yaml"], ["Reading"], ["Values"], ["SchemaExport", "Sections"], ["Loading", "Writing"]],
        ["Planning"] = [["Changes", "RollingUpdates"]],
        ["Linux"] =
        [
            ["Interop"], ["Users"], ["Files"], ["Processes"], ["Preload", "Trees"], ["Cgroups", "Sockets"],
            ["Sharding", "Spawning", "Steering"], ["Seccomp"],
        ],
        ["Observability"] = [["Text"], ["Lines"], ["Events"], ["Formats"], ["Destinations"]],
        ["Runtime"] =
        [
            ["Messages"], ["Methods"], ["Snapshots"], ["Fleet"], ["Counters", "Trees"], ["Output"], ["Processes"],
            ["SteeringTask"], ["Supervision"], ["Shares"], ["Binds"], ["Probing"], ["Updates"], ["Services"],
            ["Reports"], ["Commands"], ["Handover"], ["Loop"],
        ],
        ["Api"] =
        [
            ["Contract"], ["Http"], ["Admission", "Documents"], ["Agent", "Metrics", "Streams"], ["Live"], ["Public", "Routes"],
        ],
    };

    /// <summary>The floor of a folder; null for an unknown folder.</summary>
    public static int? FloorOf(string folder) =>
        Array.FindIndex(Floors, floor => floor.Contains(folder)) is >= 0 and var floor ? floor : null;

    /// <param name="path">Below the folder of the project: <c>Linux/Epoll.cs</c>.</param>
    public static string FolderOf(string path) =>
        path.Contains('/', StringComparison.Ordinal) ? path[..path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>
    /// Folders that a source text refers to: by <c>using</c>, by whole names, and by names that begin at a floor
    /// (<c>Linux.Epoll</c>).
    /// </summary>
    public static IEnumerable<string> References(string source)
    {
        var code = SourceText.Code(source);
        return WholeName().Matches(code).Concat(RelativeName().Matches(code)).Concat(RelativeUsing().Matches(code))
            .Select(match => match.Groups["folder"].Value).Distinct();
    }

    /// <summary>Folders with their rooms that a source text names: <c>Configuration.Text</c>.</summary>
    public static IEnumerable<string> RoomReferences(string source) =>
        RoomReference().Matches(SourceText.Code(source))
            .Select(match => $"{match.Groups["folder"].Value}.{match.Groups["room"].Value}").Distinct();

    /// <summary>Forbidden folders that a file refers to: any folder except its own and those of lower floors.</summary>
    public static IEnumerable<string> ForbiddenReferences(string path, string source)
    {
        var folder = FolderOf(path);
        // A file outside of all folders connects the parts. It may refer to every floor.
        var own = folder.Length == 0 ? Floors.Length : FloorOf(folder);
        return References(source).Where(target => target != folder && !(FloorOf(target) < own));
    }

    /// <summary>
    /// Forbidden rooms of its own folder that a file refers to: any room except its own and lower rooms.
    /// </summary>
    public static IEnumerable<string> ForbiddenRooms(string path, string source)
    {
        if (!Rooms.TryGetValue(FolderOf(path), out var rooms)) return [];
        var (own, folder) = (RoomOf(path), FolderOf(path));
        return RoomReference().Matches(SourceText.Code(source))
            .Where(match => match.Groups["folder"].Value == folder)
            .Select(match => match.Groups["room"].Value).Distinct()
            .Where(room => room != own && !(HeightOf(rooms, room) < HeightOf(rooms, own)));
    }

    /// <summary>
    /// True if a file is in a room of its folder. If the folder has no rooms, true if the file is directly in the folder.
    /// </summary>
    public static bool HasItsPlace(string path) =>
        Rooms.TryGetValue(FolderOf(path), out var rooms) ? HeightOf(rooms, RoomOf(path)) is not null : RoomOf(path).Length == 0;

    /// <summary>
    /// True if the namespace of a file is that of its folder, in a line of its own behind all <c>using</c> directives.
    /// </summary>
    public static bool IsInItsNamespace(string path, string source)
    {
        var code = SourceText.Code(source);
        if (LateUsing().IsMatch(code)) return false;
        var declared = NamespaceIn(code);
        if (FolderOf(path).Length == 0) return declared is null;
        return declared == $"{Root}.{Path.GetDirectoryName(path)!.Replace('/', '.')}";
    }

    /// <param name="path">Below the folder of the project: <c>Linux/Files/Pipe.cs</c>, whose room is <c>Files</c>.</param>
    private static string RoomOf(string path) => string.Join('/', path.Split('/')[..^1].Skip(1));

    private static int? HeightOf(string[][] rooms, string room) =>
        Array.FindIndex(rooms, row => row.Contains(room)) is >= 0 and var at ? at : null;

    public static string? DeclaredNamespace(string source) => NamespaceIn(SourceText.Code(source));

    private static string? NamespaceIn(string code) =>
        Declaration().Match(code) is { Success: true } match ? match.Groups["name"].Value : null;

    /// <summary>Words of a text by which one thread waits for another.</summary>
    public static IEnumerable<string> Locks(string source) => Words(LockWord(), source);

    /// <summary>
    /// Words of a text by which the code reads or changes its surroundings: time, randomness, files, processes.
    /// </summary>
    public static IEnumerable<string> Surroundings(string source) => Words(SurroundingsWord(), source);

    /// <summary>
    /// Callbacks that another part can set: properties, fields and events. A parameter of a constructor does not count.
    /// </summary>
    public static IEnumerable<string> SettableCallbacks(string source) => Words(SettableCallback(), source);

    private static IEnumerable<string> Words(Regex words, string source) =>
        words.Matches(SourceText.Code(source)).Select(match => match.Groups["word"].Value).Distinct();

    [GeneratedRegex(@"\bReuseportd\s*\.\s*(?<folder>\w+)")]
    private static partial Regex WholeName();

    [GeneratedRegex(@"\bReuseportd\s*\.\s*(?<folder>\w+)\s*\.\s*(?<room>\w+)")]
    private static partial Regex RoomReference();

    [GeneratedRegex(@"(?<![\w.]|Reuseportd\s*\.\s*)(?<folder>" + Folders + @")\s*\.\s*[A-Z]\w*")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"\busing\s+(static\s+|\w+\s*=\s*)?(?<folder>" + Folders + @")\s*[.;]")]
    private static partial Regex RelativeUsing();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^namespace\s[\s\S]*^\s*using\s+[\w.]+\s*;", RegexOptions.Multiline)]
    private static partial Regex LateUsing();

    [GeneratedRegex(
        @"(?<![\w.])(?<word>lock)\s*\(|\b(?<word>Monitor)\s*\."
        + @"|\b(?<word>SemaphoreSlim|Semaphore|Mutex|ReaderWriterLock\w*|SpinLock"
        + @"|ManualResetEvent\w*|AutoResetEvent|CountdownEvent|Barrier|Lock|Synchronized)\b")]
    private static partial Regex LockWord();

    [GeneratedRegex(
        @"(?<![\w.])(?<word>TimeProvider|Stopwatch|Thread|ThreadPool|Task|Timer|PeriodicTimer|DateTime"
        + @"|DateTimeOffset|RandomNumberGenerator|FileStream|StreamReader|FileInfo|DirectoryInfo)\b"
        + @"|(?<![\w.])(?<word>Random|File|Directory|Process|Environment|Guid|Interlocked|Console)\s*\.\s*\w"
        + @"|\bnew\s+(?<word>Random|Process|Socket)\s*\(")]
    private static partial Regex SurroundingsWord();

    [GeneratedRegex(@"\b(Action|Func)\b\s*(<(?:[^<>]|<[^<>]*>)*>)?\s*\??\s+(?<word>\w+)\s*\{[^{}]*\bset\b"
        + @"|\bevent\s+[^;{}()]*?\b(?<word>\w+)\s*;"
        + @"|\b(public|internal)\s+(static\s+)?(Action|Func)\b\s*(<(?:[^<>]|<[^<>]*>)*>)?\s*\??\s+(?<word>\w+)\s*(;|=[^>])")]
    private static partial Regex SettableCallback();
}
