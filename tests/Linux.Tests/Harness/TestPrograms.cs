namespace Linux.Tests.Harness;

/// <summary>Programs that the tests start.</summary>
internal static class TestPrograms
{
    /// <summary>A library without effect in any program: the shim, which is beside the assembly under the JIT.</summary>
    public static string Library => System.IO.Path.Combine(AppContext.BaseDirectory, "libreuseportd_native.so");

    /// <summary>A program of tests/TestWorkers. An absolute path is left as it is.</summary>
    public static string Path(string name) => System.IO.Path.IsPathRooted(name) ? name : Checkout.Worker(name);
}
