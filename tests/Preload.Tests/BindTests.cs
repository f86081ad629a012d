namespace Preload.Tests;

/// <summary>Options that a bind sets on a socket, and options that it keeps.</summary>
public class BindTests
{
    private readonly string _address = Loopback.Next();

    [Theory]
    [InlineData("", "reuseport=1", "reuseaddr=0")]
    [InlineData("SO_REUSEPORT=1", "reuseport=1", "reuseaddr=0")]
    [InlineData("SO_REUSEPORT=-1", "reuseport=0", "reuseaddr=0")]
    [InlineData("SO_REUSEPORT=0", "reuseport=0", "reuseaddr=0")]
    [InlineData("SO_REUSEPORT=", "reuseport=1", "reuseaddr=0")]
    [InlineData("SO_REUSEADDR=1", "reuseport=1", "reuseaddr=1")]
    [InlineData("SO_REUSEADDR=0", "reuseport=1", "reuseaddr=0")]
    [InlineData("SO_REUSEADDR=-1", "reuseport=1", "reuseaddr=0")]
    [InlineData("SO_REUSEPORT=-1 SO_REUSEADDR=1", "reuseport=0", "reuseaddr=1")]
    [InlineData("LIBREUSEPORT_PORT=8080", "reuseport=1", "reuseaddr=0")]
    [InlineData("LIBREUSEPORT_PORT=8081", "reuseport=0", "reuseaddr=0")]
    [InlineData("LIBREUSEPORT_PORT=8081 SO_REUSEADDR=1", "reuseport=0", "reuseaddr=0")]
    [InlineData("LIBREUSEPORT_ADDR=127.0.0.0/8", "reuseport=1", "reuseaddr=0")]
    [InlineData("LIBREUSEPORT_ADDR=10.0.0.0/8", "reuseport=0", "reuseaddr=0")]
    public void Bind_Options_AreSetOnMatchingSockets(string environment, string reusePort, string reuseAddress) =>
        Probe.Run(environment, $"socket inet stream bind {_address} 8080 get reuseport get reuseaddr")
            .Answers("bind=ok", reusePort, reuseAddress)
            .Silent();

    [Theory]
    [InlineData("SO_REUSEPORT=0 SO_REUSEADDR=0", "reuseport=0", "reuseaddr=0")]
    [InlineData("SO_REUSEPORT=-1", "reuseport=1", "reuseaddr=1")]
    [InlineData("", "reuseport=1", "reuseaddr=1")]
    [InlineData("SO_REUSEPORT=0 LIBREUSEPORT_PORT=8081", "reuseport=1", "reuseaddr=1")]
    public void Bind_OptionsOfTheProgram_AreClearedOnlyWhenAsked(string environment, string reusePort, string reuseAddress) =>
        Probe.Run(
                environment,
                $"socket inet stream set reuseport 1 set reuseaddr 1 bind {_address} 8080 get reuseport get reuseaddr")
            .Answers("bind=ok", reusePort, reuseAddress);

    [Theory]
    [InlineData("stream")]
    [InlineData("dgram")]
    public void Bind_TwoSocketsOnOnePort_ShareIt(string type) =>
        Probe.Run("", $"socket inet {type} bind {_address} 8080 socket inet {type} bind {_address} 8080")
            .Answers("bind=ok", "bind=ok");

    [Fact]
    public void Bind_WithoutTheOption_TheSecondSocketIsRefused() =>
        Probe.Run("SO_REUSEPORT=-1", $"socket inet stream bind {_address} 8080 socket inet stream bind {_address} 8080")
            .Answers("bind=ok", "bind=EADDRINUSE");

    [Fact]
    public void Bind_Inet6_IsShared()
    {
        var port = Loopback.NextPort();
        Probe.Run(
                $"LIBREUSEPORT_ADDR=::1 LIBREUSEPORT_PORT={port}",
                $"socket inet6 stream bind ::1 {port} get reuseport socket inet6 stream bind ::1 {port}")
            .Answers("bind=ok", "reuseport=1", "bind=ok");
    }

    [Fact]
    public void Bind_MappedAddress_MatchesTheIPv4Filter() =>
        Probe.Run($"LIBREUSEPORT_ADDR={_address}", $"socket inet6 stream bind ::ffff:{_address} 8080 get reuseport")
            .Answers("bind=ok", "reuseport=1");

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    [InlineData("LIBREUSEPORT_PORT=0")]
    [InlineData("LIBREUSEPORT_PORT=1-65535")]
    [InlineData("SO_REUSEADDR=1")]
    public void Bind_PortZero_GetsNoOption(string environment) =>
        Probe.Run(environment, $"socket inet dgram bind {_address} 0 get reuseport get reuseaddr")
            .Answers("bind=ok", "reuseport=0", "reuseaddr=0");

    /// <summary>A program that falls back to port 0 on the same socket must not keep the option.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    [InlineData("LIBREUSEPORT_ADDR=0.0.0.0/0")]
    public void Bind_Fails_SocketIsUnchanged(string environment) =>
        Probe.Run(
                environment + " SO_REUSEADDR=1",
                $"socket inet stream bind 192.0.2.1 8080 get reuseport get reuseaddr bind {_address} 0 get reuseport")
            .Answers("bind=EADDRNOTAVAIL", "reuseport=0", "reuseaddr=0", "bind=ok", "reuseport=0");

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_Fails_KeepsTheOptionsOfTheProgram(string environment) =>
        Probe.Run(
                environment,
                "socket inet stream set reuseport 1 set reuseaddr 1 bind 192.0.2.1 8080 get reuseport get reuseaddr")
            .Answers("bind=EADDRNOTAVAIL", "reuseport=1", "reuseaddr=1");

    [Theory]
    [InlineData("unix")]
    [InlineData("netlink")]
    [InlineData("unspec")]
    public void Bind_OtherFamilies_PassThrough(string family)
    {
        var path = Path.Combine(Path.GetTempPath(), $"reuseport-{Guid.NewGuid():N}");
        var script = family switch
        {
            "unix" => $"socket unix stream bind-unix {path} get reuseport",
            "netlink" => "socket netlink stream bind-netlink get reuseport",
            _ => "socket inet stream bind-unspec get reuseport",
        };

        var run = Probe.RunDebug("", script).Answers("bind=ok", "reuseport=0");

        Assert.Empty(run.LinesOf("bind"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_DescriptorThatIsNoSocket_IsENOTSOCK(string environment) =>
        Probe.Run(environment, $"file bind {_address} 8080").Answers("bind=ENOTSOCK");

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_OptionRefused_BindGoesOn(string environment) =>
        Probe.Run(environment, $"socket inet stream refuse reuseport-option 92 bind {_address} 8080 get reuseport")
            .Answers("bind=ok", "reuseport=0");

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=1")]
    public void Bind_InSignalHandlerAndAfterFork_Works(string environment) =>
        Probe.Run(
                environment,
                $"socket inet stream bind-in-handler {_address} 8080 socket inet stream bind-in-child {_address} 8080")
            .Answers("bind=ok", "bind=ok", "reuseport=1");

    [Fact]
    public void Bind_CancelledThread_IsNoCancellationPoint() =>
        Probe.RunDebug("", $"socket inet stream bind-cancelled {_address} 8080").Answers("bind=ok");
}
