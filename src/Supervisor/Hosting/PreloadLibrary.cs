namespace Reuseportd.Hosting;

/// <summary>Where the preload library is.</summary>
internal static class PreloadLibrary
{
    public const string FileName = "libreuseport.so";

    /// <param name="given">Path of the command line or the configuration, or null.</param>
    /// <param name="ownDirectory">Directory of the daemon's binary.</param>
    /// <param name="error">What was looked for in vain.</param>
    /// <returns>
    /// An absolute path without white space or colon, which separate entries of LD_PRELOAD (ld.so(8)); else null.
    /// </returns>
    public static string? Find(string? given, string ownDirectory, Func<string, bool> exists, out string error)
    {
        string[] candidates = given is not null
            ? [Path.GetFullPath(given)]
            :
            [
                Path.GetFullPath(Path.Combine(ownDirectory, "../lib", FileName)),
                Path.GetFullPath(Path.Combine(ownDirectory, "../lib/reuseportd", FileName)),
            ];
        error = "";
        if (candidates.FirstOrDefault(exists) is not { } found)
        {
            error = $"the preload library is missing: there is no {string.Join(" and no ", candidates)}{(given is null ? "; name it with --preload" : "")}";
            return null;
        }

        if (!found.Any(letter => char.IsWhiteSpace(letter) || letter == ':')) return found;
        error = $"the preload library cannot be used from '{found}': LD_PRELOAD takes no path with spaces or colons";
        return null;
    }
}
