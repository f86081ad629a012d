namespace Reuseportd.Linux.Tests.Harness;

/// <summary>
/// Where <c>make -C tests/TestWorkers</c> has put its programs: <c>out/testworkers</c>, or REUSEPORTD_TESTWORKERS.
/// </summary>
internal static class TestPrograms
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("REUSEPORTD_TESTWORKERS") ?? Find();

    /// <summary>A library that does no harm in any program: the shim, under the JIT beside the assembly.</summary>
    public static string Library => System.IO.Path.Combine(AppContext.BaseDirectory, "libreuseportd_native.so");

    /// <summary>An absolute path is left as it is.</summary>
    public static string Path(string name) => System.IO.Path.Combine(Folder, name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "out", "testworkers");
            if (Directory.Exists(candidate)) return candidate;
        }

        throw new InvalidOperationException("no out/testworkers above the test binary; run: make -C tests/TestWorkers OUT=...");
    }
}
