using System.Diagnostics;

namespace Linux.Tests.Harness;

/// <summary>
/// Runs the test case again, in a pid namespace of its own, with its own /proc. A shell is the first process: .NET as the first
/// process may reap children that belong to a test.
/// </summary>
internal static class OwnPidNamespace
{
    /// <summary>Set in that process.</summary>
    private const string Mark = "LINUX_TESTS_PID_NAMESPACE";

    public static void Run(Action work)
    {
        if (Environment.GetEnvironmentVariable(Mark) is not null)
        {
            Assert.InRange(Environment.ProcessId, 2, 9);
            work();
            return;
        }

        Root.Require();
        var start = new ProcessStartInfo("unshare") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])
            [
                "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", "\"$0\" \"$@\"; exit $?", Environment.ProcessPath!,
                "-noColor", "-noLogo", "-id", TestContext.Current.TestCase!.UniqueID,
            ])
            start.ArgumentList.Add(argument);
        start.Environment[Mark] = "1";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Deadline.Patience)) process.Kill();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output.Result + errors.Result);
        Assert.DoesNotContain("Total: 0,", output.Result, StringComparison.Ordinal);
        Assert.SkipWhen(output.Result.Contains("[SKIP]", StringComparison.Ordinal), output.Result);
    }
}
