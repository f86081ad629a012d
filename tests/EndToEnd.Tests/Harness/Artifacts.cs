namespace Reuseportd.EndToEnd.Tests.Harness;

/// <summary>What was built: in REUSEPORTD_OUT, else in the folder <c>out</c> above the test binary.</summary>
internal static class Artifacts
{
    private static readonly string Out = Environment.GetEnvironmentVariable("REUSEPORTD_OUT") is { Length: > 0 } given
        ? Path.GetFullPath(given)
        : Find();

    public static string Daemon => Path.Combine(Out, "bin/reuseportd");

    public static string Control => Path.Combine(Out, "bin/reuseportctl");

    public static string Library => Path.Combine(Out, "lib/libreuseport.so");

    /// <summary>A program of <c>tests/TestWorkers</c>.</summary>
    public static string Worker(string name) => Path.Combine(Out, "testworkers", name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "out");
            if (File.Exists(Path.Combine(candidate, "bin/reuseportd"))) return candidate;
        }

        throw new InvalidOperationException("no out/bin/reuseportd above the test binary: make build testworkers");
    }
}
