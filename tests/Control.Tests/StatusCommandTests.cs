using System.Text.Json;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class StatusCommandTests
{
    private static readonly StatusDocument Fleet = Given.Status(
        Given.Worker("web@0"), Given.Worker("web@1", "starting"), Given.Worker("webmail@0"), Given.Worker("dns@0"));

    [Fact]
    public async Task Status_Everything_IsFineWhateverItSays()
    {
        using var daemon = Answering(Fleet);
        var run = await Run.CommandAsync(daemon.Path, "status");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal(StatusTable.Of(Fleet, Fleet.Workers.ToArray()), run.Output);
        Assert.Equal("GET /v1/status HTTP/1.1", await daemon.RequestAsync());
    }

    [Theory]
    [InlineData("web", ExitCode.NotRunning, "web@0 web@1")]
    [InlineData("web@0", ExitCode.Ok, "web@0")]
    [InlineData("web@1", ExitCode.NotRunning, "web@1")]
    [InlineData("dns webmail", ExitCode.Ok, "webmail@0 dns@0")]
    public async Task Status_OfNames_SaysByItsCodeWhetherTheyAreReady(string names, int code, string shown)
    {
        using var daemon = Answering(Fleet);
        var run = await Run.CommandAsync(daemon.Path, ["status", .. names.Split(' '), "-o", "json"]);
        Assert.Equal(code, run.Code);
        Assert.Equal(shown, string.Join(' ', JsonSerializer.Deserialize(run.Output, ContractJson.Default.StatusDocument)!.Workers.Select(worker => worker.Name)));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("we")]
    [InlineData("web@2")]
    [InlineData("web@")]
    public async Task Status_OfAnUnknownName_SaysWhich(string name)
    {
        using var daemon = Answering(Fleet);
        var run = await Run.CommandAsync(daemon.Path, "status", "web@0", name);
        Assert.Equal((ExitCode.NoSuchName, ""), (run.Code, run.Output));
        Assert.Contains($"'{name}'", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-o", "xml")]
    [InlineData("--everything")]
    public async Task Status_OfAFormOrOptionThatThereIsNot_IsAnErrorOfUsage(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, (await Run.CommandAsync("/nonexistent", ["status", .. arguments])).Code);

    private static FakeDaemon Answering(StatusDocument status) =>
        FakeDaemon.Answering(200, JsonSerializer.Serialize(status, ContractJson.Default.StatusDocument));
}
