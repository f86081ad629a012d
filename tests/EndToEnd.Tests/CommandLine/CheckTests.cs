using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary><c>reuseportd --check</c>, and the same errors at a start.</summary>
public sealed class CheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_GoodFiles_CountsThem()
    {
        _folder.Write("services.d/web.yaml", "services:\n  web: { command: a, workers: 3, reuseport: { ports: [80] } }\n");
        _folder.Write("services.d/api.yaml", "services:\n  api: { command: b, reuseport: { ports: [81] } }\n");
        var check = await RunAsync("--check");

        Assert.Equal((0, $"{_folder[""]}: 2 services, 4 workers, no errors\n", ""), (check.Code, check.Out, check.Error));
    }

    [Fact]
    public async Task Check_OneServiceAndWorker_IsInTheSingular()
    {
        _folder.Write("services.d/web.yaml", "services:\n  web: { command: a, reuseport: { ports: [80] } }\n");
        Assert.Equal($"{_folder[""]}: 1 service, 1 worker, no errors\n", (await RunAsync("--check")).Out);
    }

    [Fact]
    public async Task Check_OneFile_IsEnough()
    {
        var file = _folder.Write("all.yaml", "log_level: debug\nservices:\n  web: { command: a, reuseport: { ports: [80] } }\n");
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", file]);

        Assert.Equal((0, ""), (check.Code, check.Error));
    }

    [Fact]
    public async Task Check_BadFiles_HasEveryError()
    {
        WriteBad();
        var check = await RunAsync("--check");

        Assert.Equal((1, ""), (check.Code, check.Out));
        AssertErrors(check.Error);
    }

    [Fact]
    public async Task Start_BadFile_StartsNothing()
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
    public async Task Check_UnknownGroup_IsAnErrorWithItsPlace(string key, int column)
    {
        var file = _folder.Write("reuseportd.yaml", $"\n{key}: no-such-group\n");
        var check = await RunAsync("--check");

        Assert.Equal(1, check.Code);
        Assert.Matches($"^{file}:2:{column}: {key}: .*'no-such-group'\n$", check.Error);
    }

    [Fact]
    public async Task Check_MissingFile_IsAnError()
    {
        var check = await Command.RunAsync(Artifacts.Daemon, ["--check", "--config", _folder["none"]]);

        Assert.Equal((1, $"{_folder["none"]}: does not exist\n"), (check.Code, check.Error));
    }

    [Fact]
    public async Task Check_Warning_HasThePrefixOnce()
    {
        var file = _folder.Write(
            "services.d/web.yaml",
            "services:\n  web: { command: a, reuseport: { ports: [80] }, stdout: \"file:/var/log/{worker}.log\" }\n");
        var check = await RunAsync("--check");

        Assert.Equal(0, check.Code);
        Assert.StartsWith($"{file}:2:", check.Error, StringComparison.Ordinal);
        Assert.Equal(2, check.Error.Split("warning: ").Length);
    }

    [Fact]
    public async Task Check_MissingCommand_IsAWarning()
    {
        var file = _folder.Write(
            "services.d/web.yaml", $"services:\n  web: {{ command: {_folder["none"]}, reuseport: {{ ports: [80] }} }}\n");
        var check = await RunAsync("--check");

        Assert.Equal(0, check.Code);
        Assert.StartsWith($"{file}:2:10: warning: services.web.command: ", check.Error, StringComparison.Ordinal);
        Assert.Contains(_folder["none"], check.Error, StringComparison.Ordinal);
    }

    private void WriteBad()
    {
        _folder.Write("reuseportd.yaml", "log_level: loud\n");
        _folder.Write(
            "services.d/web.yaml", "services:\n  web:\n    command: a\n    restrat: no\n    reuseport: { ports: [80] }\n");
        _folder.Write("services.d/again.yaml", "services:\n  web: { command: a, reuseport: { ports: [eighty] } }\n");
    }

    private void AssertErrors(string errors)
    {
        Assert.Contains($"{_folder["reuseportd.yaml"]}:1:12: log_level: ", errors, StringComparison.Ordinal);
        Assert.Contains($"{_folder["services.d/web.yaml"]}:4:5: services.web.restrat: ", errors, StringComparison.Ordinal);
        Assert.Contains(
            $"{_folder["services.d/again.yaml"]}:2:43: services.web.reuseport.ports[0]: ", errors, StringComparison.Ordinal);
        Assert.Matches(
            $"{_folder["services.d/web.yaml"]}:2:3: services\\.web: .* {_folder["services.d/again.yaml"]}:2:3\n", errors);
    }

    private Task<Command> RunAsync(params string[] arguments) =>
        Command.RunAsync(Artifacts.Daemon, ["--config", _folder[""], .. arguments]);
}
