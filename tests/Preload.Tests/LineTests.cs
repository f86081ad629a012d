using System.Text.RegularExpressions;
using static System.StringComparison;

namespace Preload.Tests;

/// <summary>The form of each line, which is a contract with its readers.</summary>
public class LineTests
{
    private readonly string _address = Loopback.Next();

    [Fact]
    public void Load_Debug_WritesOneLine()
    {
        var run = Probe.RunDebug("", "");
        Assert.Matches(
            new Regex($"^libreuseport:loaded:pid=[1-9][0-9]* version={Regex.Escape(Checkout.Version)}\n$"), run.Errors);
    }

    [Theory]
    [InlineData("")]
    [InlineData("LIBREUSEPORT_DEBUG=0")]
    [InlineData("LIBREUSEPORT_DEBUG=")]
    public void Load_NoDebug_IsSilent(string environment) =>
        Probe.Run(
                environment,
                $"socket inet stream bind {_address} 8080 listen 5 "
                + $"refuse reuseport-option 92 socket inet stream bind {_address} 8080")
            .Answers("bind=ok", "listen=ok", "bind=EADDRINUSE")
            .Silent();

    [Fact]
    public void Bind_Matched_LineHasTheOptions()
    {
        var run = Probe.RunDebug("SO_REUSEADDR=1 SO_BINDTODEVICE=lo", $"socket inet stream bind {_address} 8080 listen 7");
        // The free descriptor depends on the open descriptors of the test runner.
        var socket = $@"pid=[0-9]+ fd=[0-9]+ inode=[1-9][0-9]* family=inet type=stream addr={Regex.Escape(_address)} port=8080";
        Assert.Matches($"^libreuseport:bind:{socket} matched=1 reuseport=1 reuseaddr=1 device=lo result=ok$", run.Lines[1]);
        Assert.Matches($"^libreuseport:listen:{socket} matched=1 backlog=7 result=ok$", run.Lines[2]);
        Assert.Equal(3, run.Lines.Length);
    }

    [Fact]
    public void Bind_NotMatched_LineHasNoOption()
    {
        var run = Probe.RunDebug(
            "LIBREUSEPORT_PORT=9 SO_REUSEADDR=1 SO_BINDTODEVICE=lo", $"socket inet dgram bind {_address} 8080");
        Assert.EndsWith(
            $" family=inet type=dgram addr={_address} port=8080 matched=0 reuseport=-1 reuseaddr=-1 device=- result=ok",
            run.Lines[1],
            Ordinal);
    }

    [Fact]
    public void Bind_Inet6_LineHasFamilyAndAddress()
    {
        var port = Loopback.NextPort();
        var run = Probe.RunDebug("", $"socket inet6 dgram bind ::1 {port} socket inet6 stream bind ::ffff:{_address} 8080");
        Assert.Contains($" family=inet6 type=dgram addr=::1 port={port} matched=1 ", run.Lines[1], Ordinal);
        Assert.Contains($" family=inet6 type=stream addr=::ffff:{_address} port=8080 ", run.Lines[2], Ordinal);
    }

    [Fact]
    public void Bind_PortZero_LineHasTheChosenPort()
    {
        var run = Probe.RunDebug("", $"socket inet stream bind {_address} 0 get port");
        var port = run.Output[1]["port=".Length..];
        Assert.Contains(
            $" addr={_address} port={port} matched=0 reuseport=-1 reuseaddr=-1 device=- result=ok", run.Lines[1], Ordinal);
    }

    [Fact]
    public void Bind_Fails_LineHasTheErrno()
    {
        var again = $"socket inet stream bind {_address} 8080";
        var run = Probe.RunDebug("SO_REUSEPORT=-1", $"{again} {again} socket inet stream bind 192.0.2.1 80");
        Assert.EndsWith(" result=EADDRINUSE", run.Lines[2], Ordinal);
        Assert.EndsWith(" result=EADDRNOTAVAIL", run.Lines[3], Ordinal);
    }

    [Fact]
    public void Bind_OptionFails_LineHasThePublishedForm()
    {
        var run = Probe.RunDebug("", $"socket inet stream refuse reuseport-option 92 bind {_address} 8080");
        Assert.Equal("libreuseport:SO_REUSEPORT:Protocol not available", run.Lines[1]);
        Assert.EndsWith(" matched=1 reuseport=-1 reuseaddr=-1 device=- result=ok", run.Lines[2], Ordinal);
    }

    [Fact]
    public void Bind_OptionFailsWithAnUnknownErrno_LineHasItsNumber()
    {
        var run = Probe.RunDebug("", $"socket inet stream refuse reuseport-option 3000 bind {_address} 8080");
        Assert.Equal("libreuseport:SO_REUSEPORT:Unknown error 3000", run.Lines[1]);
    }

    [Fact]
    public void Bind_DeviceFails_HasBothLines()
    {
        var run = Probe.RunDebug("SO_BINDTODEVICE=nodevice0", $"socket inet stream bind {_address} 8080");
        Assert.Equal("libreuseport:SO_BINDTODEVICE:No such device", run.Lines[1]);
        Assert.EndsWith(" matched=1 reuseport=-1 reuseaddr=-1 device=- result=ENODEV", run.Lines[2], Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2026)]
    public void Bind_RandomAddresses_AreWrittenAsInetNtopDoes(int seed)
    {
        var run = Probe.RunProgram(Artifacts.Probe("addresses"), Probe.Parse("LIBREUSEPORT_DEBUG=1"), $"{seed}", "5000");
        Assert.Equal(["wrong=0"], run.Output);
    }
}
