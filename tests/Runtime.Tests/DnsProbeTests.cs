using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Runtime.Probing;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>DNS probes: a DNS server listens before it has loaded its zones.</summary>
public sealed class DnsProbeTests : IDisposable
{
    private static readonly ProbeSpec Probe = new ProbeSpec.Dns("example.org", DnsType.Soa, null);

    private readonly TemporaryFolder _folder = new();
    private readonly Supervised _fleet = new();
    private readonly int _port;
    private readonly ServiceSpec _service;

    public DnsProbeTests()
    {
        (var address, _port) = Given.Socket();
        _service = DnsServer.Service("dns", 3, address, _port, _folder["answers"]) with
        {
            Readiness = new ReadinessSpec.Probed(Probe, TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1)),
        };
    }

    public void Dispose()
    {
        _fleet.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("ok")]
    [InlineData("no-name")]
    public void Ready_AnyAnswerExceptServfail_IsReady(string answer)
    {
        var starting = _fleet.BeginConverge(_service);
        foreach (var worker in (string[])["dns@0", "dns@1", "dns@2"]) AwaitFailure(worker, "SERVFAIL");
        Assert.All(_fleet.Snapshot().Workers, worker => Assert.Equal(WorkerState.Starting, worker.State));
        SetAnswer(answer);

        Assert.Equal(3, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Theory]
    [InlineData("refused", "REFUSED")]
    [InlineData("broken", "closed without an answer")]
    [InlineData("closes", "closed without an answer")]
    public void Ready_WrongAnswer_StaysUnreadyWithReason(string answer, string failure)
    {
        SetAnswer(answer);
        var starting = _fleet.BeginConverge(_service with { Workers = 1 });
        AwaitFailure("dns@0", failure);
        Assert.False(starting.IsCompleted);
        SetAnswer("ok");

        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    /// <param name="answer">A kind of answer of <see cref="DnsServer"/>.</param>
    /// <param name="bytes">An answer of that kind to a query with the id 0.</param>
    [Theory]
    [InlineData("other-id", new byte[] { 0, 1, 0x85, 0x80, 0, 1, 0, 0, 0, 0, 0, 0 })]
    [InlineData("query", new byte[] { 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 })]
    [InlineData("short", new byte[] { 0, 0, 0x85, 0x80, 0, 1, 0, 0, 0, 0, 0 })]
    public void Ready_MalformedAnswer_ReasonIsThatOfItsMessage(string answer, byte[] bytes) =>
        Ready_WrongAnswer_StaysUnreadyWithReason(answer, DnsMessage.Failure(bytes, 0)!);

    [Fact]
    public void Live_StopsAnswering_IsRestarted()
    {
        SetAnswer("ok");
        var often = TimeSpan.FromMilliseconds(100);
        _fleet.Converge(_service with { Liveness = new LivenessSpec(Probe, TimeSpan.Zero, often, often, 2), Workers = 1 });
        SetAnswer("silent");

        var found = _fleet.Log.Take("unresponsive", "dns@0");
        var reason = string.Create(CultureInfo.InvariantCulture, $"no answer from port {_port} in 0.1 s");
        Assert.Equal(reason, found.Field("REUSEPORT_REASON"));
        SetAnswer("ok");
        _fleet.Log.Take("exit", "dns@0");
    }

    /// <summary>The first query may arrive before the server listens.</summary>
    private void AwaitFailure(string worker, string failure)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"query for example.org on port {_port}: {failure}");
        while (_fleet.Log.Take("probe_failed", worker).Field("REUSEPORT_REASON") != expected) { }
    }

    private void SetAnswer(string answer)
    {
        _folder.Write("next", answer);
        File.Move(_folder["next"], _folder["answers"], overwrite: true);
    }
}
