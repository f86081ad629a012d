using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>Where a program is looked for.</summary>
internal static class ProgramPath
{
    /// <summary>What Debian gives services; for an environment without PATH.</summary>
    public const string Default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>
    /// The paths that execvpe(3) would try. A name with a slash is a path already, taken from the working directory. Empty and
    /// relative entries of PATH are left out: a daemon does not execute what happens to lie where it works.
    /// </summary>
    public static ValueList<string> Candidates(string program, string? path) => program.Contains('/', StringComparison.Ordinal)
        ? [program]
        : [.. Entries(path ?? Default).Select(entry => $"{entry.TrimEnd('/')}/{program}")];

    private static IEnumerable<string> Entries(string path) => path.Split(':').Where(entry => entry.StartsWith('/'));
}
