using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Importing;

/// <summary><c>reuseportctl import</c>: files and exit codes. <see cref="ImportCaseTests"/> has the golden cases.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Import_Directory_GetsOneFileForEachSource()
    {
        var web = _folder.Write("web@.service", "[Service]\nExecStart=/usr/bin/web --port 8080\n");
        var jobs = _folder.Write("Procfile", "jobs: ./jobs\n");
        var dev = _folder.Write("Procfile.dev", "jobs: ./jobs\n");
        Assert.Equal(0, (await ImportAsync("-o", _folder["etc/"], web, jobs, dev)).Code);
        Assert.Equal(
            ["procfile-dev.yaml", "procfile.yaml", "web.yaml"],
            Directory.GetFiles(_folder["etc"]).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Import_ExistingFile_IsReplacedByForceOnly()
    {
        var source = _folder.Write("Procfile", "jobs: ./jobs\n");
        var output = _folder.Write("out.yaml", "mine");
        Assert.Equal(1, (await ImportAsync("-o", output, source)).Code);
        Assert.Equal("mine", File.ReadAllText(output));
        Assert.Equal(0, (await ImportAsync("-o", output, "--force", source)).Code);
        Assert.Contains("jobs:", File.ReadAllText(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_Script_IsRunByNode()
    {
        Programs.Require("node", "nodejs");
        var script = _folder.Write(
            "ecosystem.config.js",
            """
            console.log('not part of the value');
            const name = 'js-' + (1 + 1);
            module.exports = { apps: [
              { name, script: 'a.js', env: { PORT: 3000 + 1 }, hook() { } } ] };
            """);
        var import = await ImportAsync(script);
        Assert.Equal(0, import.Code);
        Assert.Contains("  js-2:\n", import.Out, StringComparison.Ordinal);
        Assert.Contains("PORT: \"3001\"\n", import.Out, StringComparison.Ordinal);
        Assert.Contains("node runs the code of", import.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web.config.mjs", "export default { apps: [{ name: 'web', script: 'a.js' }] }")]
    [InlineData("web.config.mjs", "export const apps = [{ name: 'web', script: 'a.js' }];")]
    [InlineData("web.config.cjs", "process.stdout.write('x'); module.exports = { apps: [{ name: 'web', script: 'a.js' }] }")]
    [InlineData("web.config.js", "setInterval(() => { }, 1000); module.exports = { apps: [{ name: 'web', script: 'a.js' }] }")]
    public async Task Import_ScriptOfEachForm_HasAValue(string name, string code)
    {
        Programs.Require("node", "nodejs");
        var import = await ImportAsync(_folder.Write(name, code));
        Assert.Contains("  web:\n", import.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("let a;\nthrow new Error('no')", "2:7: Error: no")]
    [InlineData("module.exports = {\n", "2:1: SyntaxError: ")]
    [InlineData("module.exports = 1", "1:1: ")]
    [InlineData("process.exit(0)", "before its value was there")]
    [InlineData("process.exit(93)", "node ended with code 93")]
    [InlineData("module.exports = 'x'.repeat(3000000)", "larger than 1 MiB")]
    [InlineData("await new Promise(() => setInterval(() => { }, 1000))", "")]
    [InlineData("while (true) { }", "within 10 s")]
    public async Task Import_ScriptWithoutAValue_IsAnError(string code, string message)
    {
        Programs.Require("node", "nodejs");
        var import = await ImportAsync(_folder.Write("ecosystem.config.js", code));
        Assert.Equal((1, ""), (import.Code, import.Out));
        Assert.Contains(message, import.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("    at ", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ScriptWithoutNode_IsAnError()
    {
        var file = _folder.Write("ecosystem.config.js", "module.exports = { apps: [{ name: 'web', script: 'a.js' }] };");
        var nowhere = new Dictionary<string, string> { ["PATH"] = _folder["none"] };
        var import = await Command.RunAsync(Artifacts.Control, ["import", file], nowhere);
        Assert.Equal((1, ""), (import.Code, import.Out));
        Assert.Contains($"{file}:", import.Error, StringComparison.Ordinal);
        Assert.Contains("'node'", import.Error, StringComparison.Ordinal);
    }

    /// <summary>A process in a session of its own keeps node's stdout.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("process.exit(1);")]
    [InlineData("while (true) { }")]
    public async Task Import_Script_ProcessesOfItsCodeEnd(string then)
    {
        Programs.Require("node", "nodejs");
        var file = _folder["child"];
        var script = _folder.Write(
            "ecosystem.config.js",
            $$"""
            const child = require('child_process').spawn('sleep', ['600'], { detached: true, stdio: 'inherit' });
            child.unref();
            require('fs').writeFileSync('{{file}}', String(child.pid));
            module.exports = { apps: [{ name: 'web', script: 'a.js' }] };
            {{then}}
            """);
        var import = await ImportAsync(script);
        Assert.Equal(then.Length == 0 ? 0 : 1, import.Code);
        var process = File.ReadAllText(file);
        await Deadline.UntilAsync(() => !Directory.Exists($"/proc/{process}"), "the process that the code started has ended");
    }

    [Theory]
    [InlineData("notes.txt", "words\n", 2)]
    [InlineData("web.conf", "[program:web]\nwords\n", 1)]
    public async Task Import_BadFile_WritesNothing(string name, string text, int code)
    {
        var import = await ImportAsync(_folder.Write(name, text));
        Assert.Equal((code, ""), (import.Code, import.Out));
        if (code == 1) Assert.Contains("web.conf:2:1: ", import.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_LargeOrMissingFile_IsAnError()
    {
        var large = _folder.Write("Procfile", $"a: b\n#{new string('x', 1 << 20)}\n");
        Assert.Equal((1, ""), (await ImportAsync(large) is var run ? (run.Code, run.Out) : default));
        Assert.Equal(1, (await ImportAsync(_folder["none/Procfile"])).Code);
        Assert.Equal(1, (await ImportAsync("--from", "procfile", "/dev/zero")).Code);
        Assert.Equal(2, (await ImportAsync("--from", "upstart", large)).Code);
        Assert.Equal(2, (await ImportAsync()).Code);
    }

    private static Task<Command> ImportAsync(params string[] arguments) =>
        Command.RunAsync(Artifacts.Control, ["import", .. arguments]);
}
