using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Control.Tests;

public sealed class ServedPortsTests
{
    /// <summary>Each outcome: call, type, port and result.</summary>
    [Theory]
    [InlineData("-")]
    [InlineData("53", "bind dgram 53 ok", "bind stream 53 ok", "listen stream 53 ok")]
    [InlineData("53", "bind dgram 53 ok")]
    [InlineData("53/udp", "bind dgram 53 ok", "bind stream 53 ok")]
    [InlineData("53/udp,53/tcp:EADDRINUSE", "bind dgram 53 ok", "bind stream 53 EADDRINUSE")]
    [InlineData("53/udp,53/tcp:EADDRINUSE", "bind stream 53 EADDRINUSE", "bind dgram 53 ok")]
    [InlineData("53/tcp,53/udp:EADDRINUSE", "bind dgram 53 EADDRINUSE", "bind stream 53 ok", "listen stream 53 ok")]
    [InlineData("53/udp,53/tcp:EADDRINUSE", "bind dgram 53 ok", "bind stream 53 ok", "listen stream 53 EADDRINUSE")]
    [InlineData("53:EADDRINUSE", "bind dgram 53 EADDRINUSE", "bind stream 53 EADDRINUSE")]
    [InlineData("53/udp:EACCES,53/tcp:EADDRINUSE", "bind dgram 53 EACCES", "bind stream 53 EADDRINUSE")]
    [InlineData("53,853,80:EACCES", "bind dgram 853 ok", "bind dgram 53 ok", "bind stream 80 EACCES")]
    [InlineData("8080", "bind stream 8080 EADDRINUSE", "bind stream 8080 ok", "listen stream 8080 ok")]
    [InlineData("9/seqpacket:EACCES,9/udp:EPERM", "bind seqpacket 9 EACCES", "bind dgram 9 EPERM")]
    public void Format_OutcomesOfTwoProtocols_NamesTheProtocols(string shown, params string[] outcomes) =>
        Assert.Equal(shown, ServedPorts.Format(Given.Worker("dns@0") with { Binds = [.. outcomes.Select(Outcome)] }));

    [Fact]
    public void Format_EndedProcess_HasFailedBindsOnly() => Assert.Equal(
        "53/tcp:EADDRINUSE",
        ServedPorts.Format(
            Given.Worker("dns@0", "backoff") with
            {
                Pid = null, Binds = [Outcome("bind dgram 53 ok"), Outcome("bind stream 53 EADDRINUSE")],
            }));

    private static BindStatus Outcome(string text) => text.Split(' ') is var words
        ? new BindStatus(words[0], words[1], "127.0.0.1", int.Parse(words[2], null), Sharded: true, words[3])
        : throw new ArgumentException(text);
}
