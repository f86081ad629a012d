using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>
/// The folders in which systemd looks for the drop-ins of a unit, systemd.unit(5): those of the system if the unit is in one of
/// them, else the one that the unit is in.
/// </summary>
/// <param name="names">Names of the unit without its suffix, the most specific first.</param>
internal sealed class UnitFolders(SourceTree tree, IReadOnlyList<string> names)
{
    public const string Suffix = ".service";

    /// <summary>The first have precedence.</summary>
    private static readonly string[] OfSystem =
    [
        "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient", "/etc/systemd/system",
        "/run/systemd/system", "/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        "/lib/systemd/system",
    ];

    private readonly bool isOfSystem = OfSystem.Contains(tree.Directory);

    private IReadOnlyList<string> Folders => isOfSystem ? OfSystem : [tree.Directory];

    /// <summary>True for a unit of users' own managers, whose defaults are those of the user.</summary>
    public static bool IsOfUsers(SourceTree tree) => tree.Directory.EndsWith("/systemd/user", StringComparison.Ordinal);

    /// <summary>
    /// Drop-ins in the order in which they apply: by the names of the files, wherever they are. Of files with one name, the
    /// first one counts.
    /// </summary>
    public IEnumerable<SourceText> DropIns()
    {
        var types = Folders.Select(folder => $"{folder}/{Suffix[1..]}.d");
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Folders.SelectMany(Specific).Concat(types).SelectMany(Match))
            found.TryAdd(Path.GetFileName(path), path);
        return found.Values.Select(tree.Read).OfType<SourceText>();
    }

    /// <summary>The first folder of this host with drop-ins of the unit that are not read; null if there is none.</summary>
    public string? Unread() =>
        isOfSystem ? null : OfSystem.SelectMany(Specific).FirstOrDefault(folder => Match(folder).Count > 0);

    /// <returns>Path of the unit's socket; null if there is none.</returns>
    public string? Socket() => Folders.SelectMany(folder => names.Select(name => $"{folder}/{name}{SocketUnits.Suffix}"))
        .FirstOrDefault(path => tree.Peek(path) is not null);

    /// <summary>A name that ends in '-' or in '-@' is for all units whose names begin so.</summary>
    private IEnumerable<string> Specific(string folder)
    {
        foreach (var name in names)
        {
            yield return $"{folder}/{name}{Suffix}.d";
            var at = name.IndexOf('@', StringComparison.Ordinal);
            var (prefix, rest) = at < 0 ? (name, "") : (name[..at], name[at..]);
            for (var dash = prefix.Length; dash > 0 && (dash = prefix.LastIndexOf('-', dash - 1)) > 0;)
                yield return $"{folder}/{prefix[..(dash + 1)]}{rest}{Suffix}.d";
        }
    }

    private IReadOnlyList<string> Match(string folder) => tree.Match($"{folder}/*.conf");
}
