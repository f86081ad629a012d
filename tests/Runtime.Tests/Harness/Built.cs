namespace Runtime.Tests.Harness;

/// <summary>What <c>make preload testworkers</c> has built: in <c>out</c> above the test binary, or in REUSEPORTD_OUT.</summary>
internal static class Built
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("REUSEPORTD_OUT") ?? Find();

    public static string Preload { get; } = Existing(Path.Combine(Folder, "lib", "libreuseport.so"));

    /// <summary>A program of tests/TestWorkers.</summary>
    public static string Worker(string name) => Existing(Path.Combine(Folder, "testworkers", name));

    private static string Existing(string path) =>
        File.Exists(path) ? path : throw new InvalidOperationException($"there is no {path}: make preload testworkers");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "out");
            if (Directory.Exists(Path.Combine(candidate, "testworkers"))) return candidate;
        }

        throw new InvalidOperationException("no out/testworkers above the test binary: make preload testworkers");
    }
}
