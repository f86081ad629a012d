using System.Xml.Linq;

namespace Tests.Shared;

/// <summary>
/// The source tree of the tests, and the programs that <c>make</c> built from it. The path comes from the test binary, as a
/// release build has no source paths in its symbols.
/// </summary>
internal static class Checkout
{
    public static string Folder { get; } = Find(AppContext.BaseDirectory);

    /// <summary>The build folder of <c>make</c>: REUSEPORTD_OUT, else the folder <c>out</c> of the source tree.</summary>
    public static string Out { get; } = Environment.GetEnvironmentVariable("REUSEPORTD_OUT") is { Length: > 0 } given
        ? Path.GetFullPath(given)
        : Path.Combine(Folder, "out");

    /// <summary>The version of the programs: <c>Directory.Build.props</c>.</summary>
    public static string Version => XDocument.Load(At("Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>A file or a folder of the source tree.</summary>
    public static string At(string path) => Path.Combine(Folder, path);

    /// <summary>A file below <see cref="Out"/>.</summary>
    /// <exception cref="InvalidOperationException">The program was not built.</exception>
    public static string Built(string path)
    {
        var built = Path.Combine(Out, path);
        return File.Exists(built) ? built : throw new InvalidOperationException($"there is no {built}: make build testworkers");
    }

    /// <summary>A program of tests/TestWorkers.</summary>
    public static string Worker(string name) => Built($"testworkers/{name}");

    private static string Find(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Supervisor.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"no Supervisor.sln above {from}");
    }
}
