using System.Diagnostics;
using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>
/// <c>make run</c> ends by a signal to make or to its shell, or by the end of the terminal. The command that make runs in the
/// foreground ends, too, and no process is left.
/// </summary>
public sealed class ForegroundTests : IDisposable
{
    private const string Variable = "FOREGROUND_TEST";
    private const int Interrupt = 2;

    private readonly TemporaryFolder _folder = new();
    private readonly string _mark = string.Create(CultureInfo.InvariantCulture, $"{Variable}={Guid.NewGuid():N}");

    public void Dispose()
    {
        Processes.KillAll(Left());
        _folder.Dispose();
    }

    [Theory]
    [InlineData("make", Processes.Terminate)]
    [InlineData("make", Processes.Kill)]
    [InlineData("make", Processes.Hangup)]
    [InlineData("make", Interrupt)]
    [InlineData("sh", Processes.Terminate)]
    [InlineData("sh", Processes.Kill)]
    [InlineData("sh", Processes.Hangup)]
    [InlineData("foreground", Processes.Terminate)]
    [InlineData("foreground", Processes.Kill)]
    public async Task Signal_Foreground_LeavesNoProcess(string to, int signal)
    {
        // A shell with a further command after make waits for make.
        using var shell = await StartAsync("sh", "-c", "make run; true");
        Processes.Signal(Named(to), signal);
        await Deadline.UntilAsync(() => Left().Length == 0, "nothing is left");
    }

    [Theory]
    [InlineData("make", Processes.Kill)]
    [InlineData("make", Processes.Hangup)]
    [InlineData("sh", Processes.Kill)]
    [InlineData("script", Processes.Kill)] // which closes the terminal
    public async Task Signal_OnATerminal_LeavesNoProcess(string to, int signal)
    {
        using var terminal = await StartAsync("script", "-qec", "make run; true", "/dev/null");
        Processes.Signal(Named(to), signal);
        await Deadline.UntilAsync(() => Left().Length == 0, "nothing is left");
    }

    [Theory]
    [InlineData("true", 0)]
    [InlineData("sh -c 'exit 7'", 2)] // make's code for a recipe that failed
    public async Task Command_Ends_DaemonHasItsExitCode(string command, int code)
    {
        Write(command);
        using var make = Process.Start(Start("make", "run"))!;
        await make.WaitForExitAsync().WaitAsync(Deadline.Patience);
        Assert.Equal(code, make.ExitCode);
        await Deadline.UntilAsync(() => Left().Length == 0, "nothing is left");
    }

    private async Task<Process> StartAsync(string program, params string[] arguments)
    {
        Write("sleep 1000");
        var process = Process.Start(Start(program, arguments))!;
        await Deadline.UntilAsync(
            () => Left().Any(pid => Processes.Status(pid, "Name") == "sleep" && IsOfForeground(pid)), "the command runs");
        return process;
    }

    /// <summary>Writes a Makefile with the recipe of the source tree.</summary>
    private void Write(string command)
    {
        var recipe = File.ReadLines(Checkout.At("Makefile"))
            .Single(line => line.Contains("build-aux/foreground", StringComparison.Ordinal));
        var until = recipe.IndexOf("build-aux/", StringComparison.Ordinal);
        _folder.Write("Makefile", $"run:\n{recipe[..until]}{Checkout.At("build-aux/foreground")} env A=b {command}\n");
    }

    private ProcessStartInfo Start(string program, params string[] arguments)
    {
        var (name, value) = (Variable, _mark[(Variable.Length + 1)..]);
        var start = Command.Start(program, arguments, new Dictionary<string, string> { [name] = value, ["SHELL"] = "/bin/sh" });
        start.WorkingDirectory = _folder[""];
        return start;
    }

    /// <summary>The watcher is a fork of the script and has the same name. Only the script is a child of make.</summary>
    private int Named(string name) =>
        Left().First(pid => Processes.Status(pid, "Name") == name && (name != "foreground" || IsOf("make", pid)));

    /// <summary>The watcher sleeps, too.</summary>
    private static bool IsOfForeground(int pid) =>
        Processes.TryRead($"/proc/{pid}/cmdline")?.Contains("1000", StringComparison.Ordinal) == true;

    private static bool IsOf(string parent, int pid) =>
        Processes.Status(int.Parse(Processes.Status(pid, "PPid") ?? "0", CultureInfo.InvariantCulture), "Name") == parent;

    private int[] Left() => Processes.Marked(_mark);
}
