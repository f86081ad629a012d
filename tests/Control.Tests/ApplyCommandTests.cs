using System.Text.Json;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class ApplyCommandTests
{
    [Fact]
    public async Task Apply_AChange_SaysWhatWasDone()
    {
        using var daemon = Answering(200, new ApplyDocument([], 1, 2, 3, 4, 9, 10));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal("services: 1 added, 2 changed, 3 removed, 4 unchanged; 9 of 10 workers ready\n", run.Output);
        Assert.Equal("POST /v1/apply HTTP/1.1", await daemon.RequestAsync());
    }

    [Fact]
    public async Task Apply_ErrorsInTheConfiguration_AreAllSaid()
    {
        using var daemon = Answering(422, new ApplyDocument(["web.yaml:7:5: wrong", "web.yaml:9:1: also wrong"], 0, 0, 0, 0, 0, 0));
        var run = await Run.CommandAsync(daemon.Path, "apply");
        Assert.Equal((ExitCode.Failed, ""), (run.Code, run.Output));
        Assert.Equal("web.yaml:7:5: wrong\nweb.yaml:9:1: also wrong\nreuseportctl: nothing was changed\n", run.Errors);
    }

    private static FakeDaemon Answering(int status, ApplyDocument document) =>
        FakeDaemon.Answering(status, JsonSerializer.Serialize(document, ContractJson.Default.ApplyDocument));
}
