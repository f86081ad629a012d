using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary><c>reuseportd --check</c>, and the same errors at a start.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Good_SaysWhatItIs()
    {
        _folder.Write("services.d/web.yaml", "services:\n  web: { command: a, workers: 3, reuseport: { ports: [80] } }\n");
        _folder.Write("services.d/api.yaml", "services:\n  api: { command: b, reuseport: { ports: [81] } }\n");
        var check = await RunAsync("--check");

        Assert.Equal((0, $"{_folder[""]}: 2 services, 4 workers, no errors\n", ""), (check.Code, check.Out, check.Error));
    }

    [Fact]
    public async Task OneOfEach_IsOne()
    {
        _folder.Write("services.d/web.yaml", "services:\n  web: { command: a, reuseport: { ports: [80] } }\n");
        Assert.Equal($"{_folder[""]}: 1 service, 1 worker, no errors\n", (await RunAsync("--check")).Out);
    }

    [Fact]
    public async Task OneFile_HoldsAll()
    {
        var file = _folder.Write("all.yaml", "log_level: debug\nservices:\n  web: { command: a, reuseport: { ports: [80] } }\n");
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", file]);

        Assert.Equal((0, ""), (check.Code, check.Error));
    }

    [Fact]
    public async Task Bad_NamesEveryErrorOfEveryFile()
    {
        WriteBad();
        var check = await RunAsync("--check");

        Assert.Equal((1, ""), (check.Code, check.Out));
        AssertErrors(check.Error);
    }

    [Fact]
    public async Task Bad_StartsNothing()
    {
        WriteBad();
        var start = await RunAsync("--log", "json", "--socket", _folder["control.sock"]);

        Assert.Equal((78, ""), (start.Code, start.Out));
        AssertErrors(start.Error);
        Assert.False(File.Exists(_folder["control.sock"]));
    }

    [Theory]
    [InlineData("socket_group", 15)]
    [InlineData("socket_read_only_group", 25)]
    public async Task GroupThatIsNotThere_IsSaidWithItsPlace(string key, int column)
    {
        var file = _folder.Write("reuseportd.yaml", $"\n{key}: no-such-group\n");
        var check = await RunAsync("--check");

        Assert.Equal((1, $"{file}:2:{column}: {key}: there is no group 'no-such-group'\n"), (check.Code, check.Error));
    }

    [Fact]
    public async Task Missing_IsSaid()
    {
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", _folder["none"]]);

        Assert.Equal((1, $"{_folder["none"]}: does not exist\n"), (check.Code, check.Error));
    }

    [Fact]
    public async Task Warning_IsCalledThatOnce()
    {
        var file = _folder.Write("services.d/web.yaml", "services:\n  web: { command: a, reuseport: { ports: [80] }, stdout: \"file:/var/log/{worker}.log\" }\n");
        var check = await RunAsync("--check");

        Assert.Equal(0, check.Code);
        Assert.StartsWith($"{file}:2:", check.Error, StringComparison.Ordinal);
        Assert.Equal(2, check.Error.Split("warning: ").Length);
    }

    [Fact]
    public async Task CommandThatIsNotThere_IsAWarning()
    {
        var file = _folder.Write("services.d/web.yaml", $"services:\n  web: {{ command: {_folder["none"]}, reuseport: {{ ports: [80] }} }}\n");
        var check = await RunAsync("--check");

        Assert.Equal((0, $"{file}:2:10: warning: services.web.command: there is no {_folder["none"]}\n"), (check.Code, check.Error));
    }

    private void WriteBad()
    {
        _folder.Write("reuseportd.yaml", "log_level: loud\n");
        _folder.Write("services.d/web.yaml", "services:\n  web:\n    command: a\n    restrat: no\n    reuseport: { ports: [80] }\n");
        _folder.Write("services.d/again.yaml", "services:\n  web: { command: a, reuseport: { ports: [eighty] } }\n");
    }

    private void AssertErrors(string errors)
    {
        Assert.Contains($"{_folder["reuseportd.yaml"]}:1:12: log_level: ", errors, StringComparison.Ordinal);
        Assert.Contains($"{_folder["services.d/web.yaml"]}:4:5: services.web.restrat: unknown key; did you mean 'restart'?", errors, StringComparison.Ordinal);
        Assert.Contains($"{_folder["services.d/again.yaml"]}:2:43: services.web.reuseport.ports[0]: ", errors, StringComparison.Ordinal);
        Assert.Contains(
            $"{_folder["services.d/web.yaml"]}:2:3: services.web: duplicate service; the first is at {_folder["services.d/again.yaml"]}:2:3",
            errors, StringComparison.Ordinal);
    }

    private Task<Command> RunAsync(params string[] arguments) => Command.RunAsync(Artifacts.Daemon, ["--config", _folder[""], .. arguments]);
}
