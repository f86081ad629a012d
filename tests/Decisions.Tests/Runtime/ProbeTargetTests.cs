using System.Net;
using Decisions.Tests.Binding;
using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Runtime.Probing;

namespace Decisions.Tests.Runtime;

public sealed class ProbeTargetTests
{
    private static readonly WorkerName Worker = new("web", 3);

    [Fact]
    public void Of_NoPort_IsTheFirstShardedPortOfAllWorkers()
    {
        var target = Of(null);
        Assert.Equal((8080, 4), (target.Port, target.Sharers));
    }

    [Fact]
    public void Of_PortOfOneWorker_HasOneSharer()
    {
        var target = Of("{9000+worker}");
        Assert.Equal((9003, 1), (target.Port, target.Sharers));
    }

    [Theory]
    [InlineData("9000")]
    [InlineData("8080")]
    [InlineData("{8077+worker}")]
    public void Of_SamePortForAll_IsSharedByAll(string port) => Assert.Equal(4, Of(port).Sharers);

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("127.0.0.9", "127.0.0.9")]
    public void Of_BoundAddress_IsTheTarget(string bound, string asked) => Assert.Equal(
        [IPAddress.Parse(asked)],
        Of(null, OutcomeCorpus.Listen.Replace("addr=127.0.0.1", $"addr={bound}", StringComparison.Ordinal)).Addresses);

    [Fact]
    public void Of_NoKnownAddress_IsTheLoopback() =>
        Assert.Equal([IPAddress.Loopback, IPAddress.IPv6Loopback], Of(null).Addresses);

    private static ProbeTarget Of(string? port, params string[] lines) => ProbeTarget.For(
        Specs.Service("web", workers: 4),
        Worker,
        port is null ? null : Template.TryParse(port, out _),
        lines.Select(Outcome),
        pid: 4242);

    private static BindOutcome Outcome(string line)
    {
        Assert.True(OutcomeParser.TryParse(System.Text.Encoding.UTF8.GetBytes(line), out var outcome));
        return outcome;
    }
}
