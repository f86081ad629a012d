using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

/// <summary>The shared libraries that programs of a <see cref="Guest"/> need.</summary>
internal static class GuestLibraries
{
    /// <summary>Finds the libraries for programs of this host.</summary>
    /// <remarks>ldd(1) prints a path as "NAME => PATH (ADDRESS)", or for the loader "PATH (ADDRESS)".</remarks>
    public static async Task<IEnumerable<string>> OfHostAsync(IEnumerable<string> programs)
    {
        var ldd = await Command.RunAsync("ldd", programs);
        Assert.DoesNotContain("not found", ldd.Out, StringComparison.Ordinal);
        return ldd.Out.Split((string[])[" ", "\n", "\t"], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word[0] == '/' && !word.EndsWith(':')).Distinct();
    }

    /// <summary>Finds the libraries for programs of another architecture, whose loader does not run here.</summary>
    /// <returns>The paths of the libraries and of the loader, by name.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> OfFoldersAsync(
        IEnumerable<string> programs, string[] folders)
    {
        var found = new Dictionary<string, string>();
        for (var files = programs.ToArray(); files.Length > 0;)
        {
            var names = (await NeededAsync(files)).Except(found.Keys).ToArray();
            foreach (var name in names) found.Add(name, Find(name, folders));
            files = [.. names.Select(name => found[name])];
        }

        return found;
    }

    /// <summary>
    /// readelf(1) prints "(NEEDED) Shared library: [NAME]" and "[Requesting program interpreter: PATH]".
    /// </summary>
    private static async Task<IEnumerable<string>> NeededAsync(IEnumerable<string> files)
    {
        var read = await Command.RunAsync("readelf", ["--wide", "--dynamic", "--program-headers", .. files]);
        return read.Out.Split('\n')
            .Where(line => line.Contains("(NEEDED)", StringComparison.Ordinal)
                || line.Contains("program interpreter: ", StringComparison.Ordinal))
            .Select(line => Path.GetFileName(line[(line.LastIndexOfAny(['[', ' ']) + 1)..line.LastIndexOf(']')])).Distinct();
    }

    private static string Find(string name, string[] folders)
    {
        var found = Array.Find(folders, folder => File.Exists(Path.Combine(folder, name)));
        Assert.True(found is not null, $"no {name} in {string.Join(' ', folders)}");
        return Path.Combine(found, name);
    }
}
