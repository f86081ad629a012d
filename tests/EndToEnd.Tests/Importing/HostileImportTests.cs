using System.Diagnostics;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Importing;

/// <summary><c>reuseportctl import</c> ends, whatever the files are, and tells the reason in one line.</summary>
public sealed class HostileImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>To open a FIFO would wait for a writer.</summary>
    [Fact]
    public async Task Import_Fifo_IsNotOpened()
    {
        var main = _folder.Write("s.conf", "[include]\nfiles=conf.d/*.conf\n[program:web]\ncommand=web\n");
        _folder.Write("conf.d/a.conf", "[program:a]\ncommand=a\n");
        await Command.RunAsync("mkfifo", [_folder["conf.d/b.conf"], _folder["Procfile"]]);
        var include = await ImportAsync(main);
        Assert.Equal(0, include.Code);
        Assert.Contains("  a:\n", include.Out, StringComparison.Ordinal);
        AssertProblem("it is no regular file", await ImportAsync(_folder["Procfile"]));
    }

    [Fact]
    public async Task Import_FifoBesideTheFile_IsAnError()
    {
        var source = _folder.Write("app/Procfile", "web: a\n");
        await Command.RunAsync("mkfifo", [_folder["app/.env"]]);
        AssertProblem("it is no regular file", await ImportAsync(source));
    }

    [Fact]
    public async Task Import_Directory_IsAnError() =>
        AssertProblem("it is a directory", await ImportAsync("--from", "procfile", _folder["."]));

    [Fact]
    public async Task Import_OutputThatIsNoFile_IsNotOpened()
    {
        await Command.RunAsync("mkfifo", [_folder["out.yaml"]]);
        var source = _folder.Write("Procfile", "web: a\n");
        AssertProblem("is no regular file", await ImportAsync("-o", _folder["out.yaml"], "--force", source));
    }

    [Theory]
    [InlineData("", "out.yaml")]
    [InlineData("Procfile", "")]
    public async Task Import_EmptyPath_IsAnErrorOfUsage(string source, string output)
    {
        var import = await ImportAsync("-o", output, source);
        Assert.Equal((2, 1), (import.Code, import.Error.Count(c => c == '\n')));
    }

    [Fact]
    public async Task Import_FullOutput_IsAnError()
    {
        var source = _folder.Write("Procfile", "web: a\n");
        AssertProblem("stdout cannot be written", await Command.RunAsync(
            "sh", ["-c", $"exec {Artifacts.Control} import {source} > /dev/full"]));
    }

    [Fact]
    public async Task Import_WidePattern_HasALimit()
    {
        var source = _folder.Write("s.conf", "[include]\nfiles=/*/*/*/*/*/*/*/x*.conf\n");
        AssertProblem("more than 20,000 names", await ImportAsync(source));
    }

    /// <summary>The time grows with the size, not with its square.</summary>
    [Fact]
    public async Task Import_UnitOfOneMebibyte_Ends()
    {
        var lines = string.Concat(Enumerable.Repeat("A=b\n", 250_000));
        var import = await ImportAsync(_folder.Write("web.service", $"[Service]\nExecStart=/a\n{lines}"));
        AssertProblem("larger than 1 MiB", import);
    }

    /// <summary>A pipe that nobody reads.</summary>
    [Fact]
    public async Task Import_Termination_EndsAWrite()
    {
        var lines = Enumerable.Range(0, 900).Select(number => $"w{number}: {new string('a', 200)}");
        var source = _folder.Write("Procfile", string.Join('\n', lines));
        using var import = Process.Start(Command.Start(Artifacts.Control, ["import", source]))!;
        Assert.Equal('#', import.StandardOutput.Read());
        await Command.RunAsync("kill", ["-TERM", $"{import.Id}"]);
        await import.WaitForExitAsync().WaitAsync(Deadline.Patience);
        Assert.Equal(143, import.ExitCode);
    }

    private static void AssertProblem(string problem, Command import)
    {
        Assert.Equal(1, import.Code);
        Assert.Contains(problem, import.Error, StringComparison.Ordinal);
        Assert.Equal(1, import.Error.Count(c => c == '\n'));
    }

    private static Task<Command> ImportAsync(params string[] arguments) =>
        Command.RunAsync(Artifacts.Control, ["import", .. arguments]);
}
