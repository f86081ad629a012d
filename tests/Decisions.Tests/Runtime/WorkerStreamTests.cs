using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Output;

namespace Decisions.Tests.Runtime;

public sealed class WorkerStreamTests
{
    private readonly WorkerStream _stream = new(
        null!, 1, new TreeRoot(4242, IsReaped: false, []), WorkerLog.Open(new WorkerName("web", 0), 4242, OutputStream.Stderr),
        LoggingSpec.Default);

    [Fact]
    public void IsNews_LibraryIsLoaded_Once()
    {
        var loaded = new BindOutcome(OutcomeKind.Loaded, 4242, Socket: null, "ok", "1.0.0");
        Assert.True(_stream.IsNews(loaded));
        Assert.False(_stream.IsNews(loaded));
        Assert.False(_stream.IsNews(loaded with { Pid = 4243 }));
    }

    [Fact]
    public void IsNews_ServedPort_OnceForEach()
    {
        Assert.True(_stream.IsNews(Outcome(OutcomeKind.Listen, 8080)));
        Assert.False(_stream.IsNews(Outcome(OutcomeKind.Listen, 8080)));
        Assert.True(_stream.IsNews(Outcome(OutcomeKind.Listen, 8081)));
        Assert.True(_stream.IsNews(Outcome(OutcomeKind.Listen, 65535)));
        Assert.True(_stream.IsNews(Outcome(OutcomeKind.Bind, 53, "dgram")));
    }

    [Fact]
    public void IsNews_EveryPort_OnceForEach()
    {
        for (var port = 1; port <= ushort.MaxValue; port++) Assert.True(_stream.IsNews(Outcome(OutcomeKind.Listen, port)));
        for (var port = 1; port <= ushort.MaxValue; port++) Assert.False(_stream.IsNews(Outcome(OutcomeKind.Listen, port)));
    }

    [Fact]
    public void IsNews_NoServedPort_Never()
    {
        Assert.False(_stream.IsNews(Outcome(OutcomeKind.Bind, 8080)));
        Assert.False(_stream.IsNews(Outcome(OutcomeKind.Listen, 8080) with { Result = "EADDRINUSE" }));
        Assert.False(_stream.IsNews(Outcome(OutcomeKind.Listen, 8080, matched: false)));
        Assert.False(
            _stream.IsNews(new BindOutcome(OutcomeKind.Error, 0, Socket: null, "Protocol not available", "SO_REUSEPORT")));
        Assert.True(_stream.IsNews(Outcome(OutcomeKind.Listen, 8080)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65536)]
    [InlineData(int.MaxValue)]
    public void IsNews_NoPortAtAll_Never(int port) => Assert.False(_stream.IsNews(Outcome(OutcomeKind.Listen, port)));

    private static BindOutcome Outcome(OutcomeKind kind, int port, string type = "stream", bool matched = true) => new(
        kind, 4242,
        new SocketOutcome(3, 7, "inet", type, "127.0.0.1", port, matched, OptionSetting.Set, OptionSetting.System, null, null),
        "ok", "");
}
