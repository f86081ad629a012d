using System.Text.Json;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;
using Reuseportd.Control.Output;

namespace Control.Tests;

public sealed class StatusCommandTests
{
    private static readonly StatusDocument Fleet = Given.Status(
        Given.Worker("web@0"), Given.Worker("web@1", "starting"), Given.Worker("webmail@0"), Given.Worker("dns@0"));

    [Fact]
    public async Task Status_WithoutNames_SucceedsInAnyState()
    {
        using var daemon = Answering(Fleet);
        var run = await Run.CommandAsync(daemon.Path, "status");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal(StatusTable.Format(Fleet), run.Output);
        Assert.Equal("GET /v1/status HTTP/1.1", await daemon.RequestAsync());
    }

    [Fact]
    public async Task Status_OfNames_AsksForThose()
    {
        using var daemon = Answering(Given.Status(Given.Worker("web@0")));
        Assert.Equal(ExitCode.Ok, (await Run.CommandAsync(daemon.Path, "status", "web@0", "d*&s")).Code);
        Assert.Equal("GET /v1/status?name=web%400&name=d%2A%26s HTTP/1.1", await daemon.RequestAsync());
    }

    [Theory]
    [InlineData("ready", ExitCode.Ok)]
    [InlineData("starting", ExitCode.NotRunning)]
    [InlineData("stopped", ExitCode.NotRunning)]
    [InlineData("backoff", ExitCode.NotRunning)]
    [InlineData("failed", ExitCode.NotRunning)]
    public async Task Status_WithNames_ExitCodeIsThatOfTheirStates(string state, int code)
    {
        using var daemon = Answering(Given.Status(Given.Worker("web@0"), Given.Worker("web@1", state)));
        Assert.Equal(code, (await Run.CommandAsync(daemon.Path, "status", "web")).Code);
    }

    [Fact]
    public async Task Status_WithNames_OfAHostThatLeaves_IsNotRunning()
    {
        using var daemon = Answering(Given.Status(Given.Worker("web@0")) with { Host = new HostStatus("leaving", 3) });
        Assert.Equal(ExitCode.NotRunning, (await Run.CommandAsync(daemon.Path, "status", "web")).Code);
    }

    /// <summary>The exit code depends on named workers only.</summary>
    [Theory]
    [InlineData("web", "web@0", ExitCode.Ok)]
    [InlineData("web@0", "web@0", ExitCode.Ok)]
    [InlineData("w*", "web@0", ExitCode.Ok)]
    [InlineData("web", "", ExitCode.NotRunning)]
    [InlineData("w*", "", ExitCode.NotRunning)]
    [InlineData("web none", "web@0", ExitCode.NotRunning)]
    [InlineData("", "", ExitCode.Ok)]
    public async Task Status_OfAServiceWithoutWorkers_IsNotRunning(string names, string workers, int code)
    {
        using var daemon = Answering(
            Given.Status([.. workers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => Given.Worker(name))]));
        Assert.Equal(
            code,
            (await Run.CommandAsync(daemon.Path, ["status", .. names.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).Code);
    }

    /// <summary>
    /// Scripts rely on this form: a key keeps its name and meaning, and keys may be added. See docs/reference/status.md.
    /// </summary>
    [Fact]
    public async Task Status_AsJson_IsTheGoldenFile()
    {
        using var daemon = Answering(Given.Status(
            Given.Worker("web@0") with { KernelPorts = [8080] },
            Given.Worker("web@1", "backoff") with
            {
                Pid = null, Generation = 7, Restarts = 6, Uptime = null, NextTry = 1.5, LastExit = "exit code 1",
                Detail = "bind 127.0.0.1:8080 tcp: EADDRINUSE; exit code 1",
                CpuSeconds = null, CpuPercent = null, Memory = null,
                Binds = [new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "EADDRINUSE")],
            }) with
        {
            Steering = "ebpf", Scaled = [new ScaledService("web", 2, 4)],
            Updates = [new ServiceUpdate("web", 1, 2, Paused: true) { Failure = "web@1: exit code 1", Rollback = true }],
        });
        var run = await Run.CommandAsync(daemon.Path, "status", "-o", "json");
        Golden.Expect("tests/Control.Tests/Golden/status.json", run.Output);
    }

    [Fact]
    public async Task Status_AsJson_HasDocumentedFieldsOnly()
    {
        using var golden = JsonDocument.Parse(await File.ReadAllTextAsync(Checkout.At("tests/Control.Tests/Golden/status.json")));
        var described = await File.ReadAllTextAsync(Checkout.At("docs/reference/status.md"));
        Assert.All(
            Fields(golden.RootElement).Distinct(), field => Assert.Contains($"`{field}`", described, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-o", "xml")]
    [InlineData("--everything")]
    public async Task Status_UnknownFormOrOption_IsUsageError(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, (await Run.CommandAsync("/nonexistent", ["status", .. arguments])).Code);

    private static IEnumerable<string> Fields(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(field => Fields(field.Value).Prepend(field.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Fields),
        _ => [],
    };

    private static FakeDaemon Answering(StatusDocument status) =>
        FakeDaemon.Answering(200, JsonSerializer.Serialize(status, ContractJson.Default.StatusDocument));
}
