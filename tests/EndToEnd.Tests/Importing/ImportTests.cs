using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Importing;

/// <summary><c>reuseportctl import</c>: files, exit codes, and what the daemon says to the result.</summary>
public sealed class ImportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>These cases name no accounts that this host may not have.</summary>
    [Theory]
    [InlineData("supervisord-container", "supervisord.conf", 0)]
    [InlineData("supervisord-other", "supervisord.conf", 1)]
    [InlineData("systemd-variables", "tunnel.service", 1)]
    [InlineData("procfile-rails", "Procfile", 1)]
    [InlineData("procfile-env", "Procfile", 0)]
    [InlineData("compose-basic", "docker-compose.yml", 1)]
    [InlineData("compose-replicas", "compose.yaml", 1)]
    [InlineData("pm2-cluster", "ecosystem.config.json", 1)]
    [InlineData("pm2-yaml", "process.yml", 1)]
    public async Task Import_Case_IsAcceptedByTheDaemon(string name, string file, int code)
    {
        var source = Checkout.At($"tests/Control.Tests/Import/Cases/{name}/{file}");
        var import = await ImportAsync(source);
        Assert.Equal(code, import.Code);

        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", _folder.Write("all.yaml", import.Out)]);
        Assert.Equal((0, ""), (check.Code, string.Concat(
            check.Error.Split('\n').Where(line => !line.Contains("warning:", StringComparison.Ordinal)))));
    }

    [Fact]
    public async Task Import_Directory_GetsOneFileForEachSource()
    {
        var web = _folder.Write("web@.service", "[Service]\nExecStart=/usr/bin/web --port 8080\n");
        var jobs = _folder.Write("Procfile", "jobs: ./jobs\n");
        Assert.Equal(0, (await ImportAsync("-o", _folder["etc/"], web, jobs)).Code);
        Assert.Equal(
            ["procfile.yaml", "web.yaml"],
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
        Assert.Contains("ports: [3001]\n", import.Out, StringComparison.Ordinal);
        Assert.Contains("node runs the code of", import.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("throw new Error('no')")]
    [InlineData("process.exit(0)")]
    [InlineData("process.stdout.write('x'.repeat(3000000))")]
    [InlineData("setInterval(() => { }, 1000)")]
    public async Task Import_ScriptWithoutAValue_IsAnError(string code)
    {
        Programs.Require("node", "nodejs");
        var import = await ImportAsync(_folder.Write("ecosystem.config.js", code));
        Assert.Equal((1, ""), (import.Code, import.Out));
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
