using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>Finds the candidates for a program's path.</summary>
internal static class ProgramPath
{
    /// <summary>Debian's PATH of services, for an environment without PATH.</summary>
    public const string Default = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>
    /// The paths that execvpe(3) would try. A name with a slash is already a path, relative to the working directory. Empty and
    /// relative entries of PATH are ignored: a daemon must not execute programs from its working directory.
    /// </summary>
    public static ValueList<string> Candidates(string program, string? path) => program.Contains('/', StringComparison.Ordinal)
        ? [program]
        : [.. Entries(path ?? Default).Select(entry => $"{entry.TrimEnd('/')}/{program}")];

    private static IEnumerable<string> Entries(string path) => path.Split(':').Where(entry => entry.StartsWith('/'));
}
