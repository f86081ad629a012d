using static System.StringComparison;

namespace Preload.Tests;

/// <summary>LIBREUSEPORT_BACKLOG, and the lines of listen(2).</summary>
public class ListenTests
{
    private readonly string _address = Loopback.Next();

    [Theory]
    [InlineData("", 5, 5)]
    [InlineData("LIBREUSEPORT_BACKLOG=", 5, 5)]
    [InlineData("LIBREUSEPORT_BACKLOG=0", 5, 5)]
    [InlineData("LIBREUSEPORT_BACKLOG=64", 5, 64)]
    [InlineData("LIBREUSEPORT_BACKLOG=64", 0, 64)]
    [InlineData("LIBREUSEPORT_BACKLOG=3", 5, 5)]
    [InlineData("LIBREUSEPORT_BACKLOG=64 LIBREUSEPORT_PORT=8080", 5, 64)]
    [InlineData("LIBREUSEPORT_BACKLOG=64 LIBREUSEPORT_PORT=8081", 5, 5)]
    [InlineData("LIBREUSEPORT_BACKLOG=64 LIBREUSEPORT_ADDR=10.0.0.1", 5, 5)]
    [InlineData("LIBREUSEPORT_BACKLOG=64 SO_REUSEPORT=0", 5, 64)]
    [InlineData("LIBREUSEPORT_BACKLOG=64 SO_REUSEPORT=-1", 5, 64)]
    public void Listen_Backlog_IsRaisedOnMatchingSockets(string environment, int given, int expected)
    {
        Probe.Run(environment, $"socket inet stream bind {_address} 8080 listen {given} get backlog")
            .Answers("bind=ok", "listen=ok", $"backlog={expected}").Silent();

        var run = Probe.RunDebug(environment, $"socket inet stream bind {_address} 8080 listen {given} get backlog")
            .Answers("bind=ok", "listen=ok", $"backlog={expected}");
        Assert.Contains($" backlog={expected} result=ok", Assert.Single(run.LinesOf("listen")), Ordinal);
    }

    /// <summary>To the kernel a negative backlog is the largest.</summary>
    [Fact]
    public void Listen_NegativeBacklog_IsNotLowered()
    {
        var run = Probe.RunDebug("LIBREUSEPORT_BACKLOG=4", $"socket inet stream bind {_address} 8080 listen -1")
            .Answers("bind=ok", "listen=ok");
        Assert.EndsWith("matched=1 backlog=-1 result=ok", Assert.Single(run.LinesOf("listen")), Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("2147483648")]
    [InlineData("1e3")]
    public void Listen_BacklogThatCannotBeRead_IsLeft(string value)
    {
        var run = Probe.Run(
                $"LIBREUSEPORT_BACKLOG={value}", $"socket inet stream bind {_address} 8080 listen 5 get backlog get reuseport")
            .Answers("bind=ok", "listen=ok", "backlog=5", "reuseport=1");
        Assert.Equal([$"libreuseport:LIBREUSEPORT_BACKLOG:not a number from 0 to 2147483647: {value}"], run.Lines);
    }

    [Fact]
    public void Listen_SocketThatWasNeverBound_DoesNotMatch()
    {
        var run = Probe.RunDebug("LIBREUSEPORT_BACKLOG=64", "socket inet stream listen 5 get backlog get port");

        Assert.Equal(["listen=ok", "backlog=5"], run.Output[..2]);
        var port = run.Output[2]["port=".Length..];
        Assert.EndsWith(
            $" family=inet type=stream addr=0.0.0.0 port={port} matched=0 backlog=5 result=ok",
            Assert.Single(run.LinesOf("listen")),
            Ordinal);
    }

    [Fact]
    public void Listen_AfterBindToPortZero_DoesNotMatch()
    {
        var run = Probe.RunDebug("LIBREUSEPORT_BACKLOG=64", $"socket inet stream bind {_address} 0 listen 5 get backlog")
            .Answers("bind=ok", "listen=ok", "backlog=5");
        Assert.Contains(" matched=0 backlog=5 ", Assert.Single(run.LinesOf("listen")), Ordinal);
    }

    [Fact]
    public void Listen_Fails_LineCarriesTheErrno()
    {
        var run = Probe.RunDebug("", $"socket inet dgram bind {_address} 8080 listen 5").Answers("bind=ok", "listen=EOPNOTSUPP");
        Assert.EndsWith(" backlog=5 result=EOPNOTSUPP", Assert.Single(run.LinesOf("listen")), Ordinal);
    }

    [Fact]
    public void Listen_OtherFamily_PassesThrough()
    {
        var path = Path.Combine(Path.GetTempPath(), $"reuseport-{Guid.NewGuid():N}");
        var run = Probe.RunDebug("LIBREUSEPORT_BACKLOG=64", $"socket unix stream bind-unix {path} listen 5 file listen 5")
            .Answers("bind=ok", "listen=ok", "listen=ENOTSOCK");
        Assert.Empty(run.LinesOf("listen"));
    }
}
