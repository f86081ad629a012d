using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;

namespace Decisions.Tests.Runtime;

public sealed class WorkerProcessTests
{
    private readonly WorkerProcess _process = new(
        1,
        new WorkerSlot(new WorkerName("web", 0), new Service(Specs.Service("web"))),
        1,
        null!,
        "/bin/server",
        new Account(null, new Identity(0, 0, []), null, null),
        new Credentials(new Identity(0, 0, []), NoNewPrivileges: false),
        Specs.Service("web"),
        TimeSpan.Zero);

    [Fact]
    public void Remember_SameSocketAgain_NewestCounts()
    {
        _process.Remember(Outcome(8080, "EADDRINUSE"));
        _process.Remember(Outcome(8080, "ok"));
        _process.Remember(Outcome(8081, "ok"));
        Assert.Equal([(8080, "ok"), (8081, "ok")], _process.Binds.Select(bind => (bind.Socket!.Port, bind.Result)).Order());
    }

    [Fact]
    public void Remember_OutcomeWithoutASocket_IsIgnored()
    {
        _process.Remember(new BindOutcome(OutcomeKind.Loaded, 1, Socket: null, "ok", "1.0.0"));
        Assert.Empty(_process.Binds);
    }

    [Fact]
    public void Remember_EndlessOutcomes_KeepsABoundedNumberOfTheFirst()
    {
        for (var port = 1; port <= 10_000; port++) _process.Remember(Outcome(port, "ok"));
        Assert.Equal(256, _process.Binds.Count);
        _process.Remember(Outcome(1, "EADDRINUSE"));
        Assert.Contains(_process.Binds, bind => bind is { Socket.Port: 1, Result: "EADDRINUSE" });
    }

    [Fact]
    public void FailedBind_SeveralFailed_IsTheNewest()
    {
        Assert.Null(_process.FailedBind);
        _process.Remember(Outcome(8080, "EADDRINUSE"));
        _process.Remember(Outcome(8081, "ok"));
        _process.Remember(Outcome(8082, "EACCES"));
        Assert.Equal("EACCES", _process.FailedBind?.Result);
    }

    [Fact]
    public void FailedBind_SucceededLater_IsNone()
    {
        _process.Remember(Outcome(8080, "EADDRINUSE"));
        _process.Remember(Outcome(8080, "ok"));
        Assert.Null(_process.FailedBind);
    }

    [Fact]
    public void FailedBind_BoundButCannotListen_IsTheListen()
    {
        _process.Remember(Outcome(8080, "ok"));
        _process.Remember(Outcome(8080, "EADDRINUSE") with { Kind = OutcomeKind.Listen });
        Assert.Equal(OutcomeKind.Listen, _process.FailedBind?.Kind);
    }

    [Fact]
    public void Remember_TcpAndUdpOnOnePort_KeepsBoth()
    {
        _process.Remember(Outcome(53, "ok", "dgram"));
        _process.Remember(Outcome(53, "EADDRINUSE"));
        Assert.Equal(
            [("dgram", "ok"), ("stream", "EADDRINUSE")],
            _process.Binds.Select(bind => (bind.Socket!.Type, bind.Result)).Order());
    }

    [Fact]
    public void FailedBind_OtherProtocolSucceeded_IsStillFailed()
    {
        _process.Remember(Outcome(53, "EADDRINUSE"));
        _process.Remember(Outcome(53, "ok", "dgram"));
        Assert.Equal("stream", _process.FailedBind?.Socket!.Type);
    }

    [Fact]
    public void Silence_OutcomeArrivedLater_IsNone()
    {
        _process.RecordSilence(new PreloadDiagnosis(PreloadReason.StaticallyLinked, "/bin/server"));
        _process.Remember(Outcome(8080, "ok"));
        Assert.Null(_process.Silence);
    }

    private static BindOutcome Outcome(int port, string result, string type = "stream") => new(
        OutcomeKind.Bind, 1,
        new SocketOutcome(
            3, 7, "inet", type, "127.0.0.1", port, Matched: true, OptionSetting.Set, OptionSetting.System, null, null),
        result, "");
}
