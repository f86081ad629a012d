namespace Reuseportd.Hosting;

/// <summary>Finds the preload library.</summary>
internal static class PreloadLibrary
{
    public const string FileName = "libreuseport.so";

    /// <param name="given">Path of the command line or the configuration; null for none.</param>
    /// <param name="ownDirectory">Directory of the daemon's binary.</param>
    /// <param name="error">The reason why no usable library exists; empty on success.</param>
    /// <returns>
    /// An absolute path without white space and colons, which separate entries of LD_PRELOAD (ld.so(8)); null on failure.
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
            var help = given is null ? "; name it with --preload" : "";
            error = $"the preload library is missing: there is no {string.Join(" and no ", candidates)}{help}";
            return null;
        }

        if (!found.Any(letter => char.IsWhiteSpace(letter) || letter == ':')) return found;
        error = $"the preload library cannot be used from '{found}': LD_PRELOAD takes no path with spaces or colons";
        return null;
    }
}
