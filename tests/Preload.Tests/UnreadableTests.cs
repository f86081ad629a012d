using static System.StringComparison;

namespace Preload.Tests;

/// <summary>Invalid values: the library writes a line in any case, and does not guess.</summary>
public class UnreadableTests
{
    private readonly string _address = Loopback.Next();

    [Theory]
    [InlineData("SO_REUSEPORT", "yes", "not 1, 0 or -1")]
    [InlineData("SO_REUSEPORT", "2", "not 1, 0 or -1")]
    [InlineData("SO_REUSEPORT", "-2", "not 1, 0 or -1")]
    [InlineData("SO_REUSEPORT", "1.0", "not 1, 0 or -1")]
    [InlineData("SO_REUSEPORT", "--1", "not 1, 0 or -1")]
    [InlineData("SO_REUSEPORT", "4294967297", "not 1, 0 or -1")]
    [InlineData("SO_REUSEPORT", "18446744073709551617", "not 1, 0 or -1")]
    [InlineData("SO_REUSEADDR", "true", "not 1, 0 or -1")]
    [InlineData("LIBREUSEPORT_PORT", "8080x", "not a port, nor a list of ports and ranges")]
    [InlineData("LIBREUSEPORT_PORT", "65536", "not a port, nor a list of ports and ranges")]
    [InlineData("LIBREUSEPORT_ADDR", "localhost", "not an IP address, nor a list of addresses and prefixes")]
    public void Bind_ValueThatCannotBeRead_SetsNothing(string variable, string value, string reason)
    {
        foreach (var debug in new[] { "0", "1" })
        {
            var run = Probe.Run(
                $"{variable}={value} LIBREUSEPORT_DEBUG={debug}",
                $"socket inet stream bind {_address} 8080 get reuseport get reuseaddr");
            run.Answers("bind=ok", "reuseport=0", "reuseaddr=0");
            Assert.Equal($"libreuseport:{variable}:{reason}: {value}", run.Lines[0]);
        }
    }

    /// <summary>SO_REUSEADDR without SO_REUSEPORT takes a UDP port over from the sockets that share it.</summary>
    [Theory]
    [InlineData("SO_REUSEPORT=yes SO_REUSEADDR=1")]
    [InlineData("SO_REUSEPORT=1 SO_REUSEADDR=yes")]
    public void Bind_OneOfTheTwoOptionsCannotBeRead_NeitherIsSet(string environment)
    {
        var run = Probe.RunDebug(environment, $"socket inet dgram bind {_address} 8080 get reuseport get reuseaddr")
            .Answers("bind=ok", "reuseport=0", "reuseaddr=0");
        Assert.Contains(" matched=1 reuseport=-1 reuseaddr=-1 ", run.Lines[^1], Ordinal);
    }

    /// <summary>Another invalid value does not prevent that a socket is confined to its device.</summary>
    [Fact]
    public void Bind_OptionCannotBeRead_DeviceIsSet() =>
        Probe.Run("SO_REUSEPORT=yes SO_BINDTODEVICE=lo", $"socket inet stream bind {_address} 8080 get device get reuseport")
            .Answers("bind=ok", "device=lo", "reuseport=0");

    [Fact]
    public void Load_DebugCannotBeRead_IsReportedAndOff()
    {
        var run = Probe.Run("LIBREUSEPORT_DEBUG=yes", $"socket inet stream bind {_address} 8080 get reuseport")
            .Answers("bind=ok", "reuseport=1");
        Assert.Equal(["libreuseport:LIBREUSEPORT_DEBUG:not 1 or 0: yes"], run.Lines);
    }

    [Fact]
    public void Load_SeveralValuesCannotBeRead_AreAllReported()
    {
        string[] variables =
        [
            "LIBREUSEPORT_ADDR", "LIBREUSEPORT_BACKLOG", "LIBREUSEPORT_DEBUG", "LIBREUSEPORT_PORT",
            "SO_BINDTODEVICE", "SO_REUSEADDR", "SO_REUSEPORT",
        ];

        var run = Probe.Run(string.Join(' ', variables.Select(variable => $"{variable}=/")), "");

        Assert.Equal(variables, run.Lines.Select(line => line.Split(':')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Load_LongValue_LineIsCutAt512Bytes()
    {
        var run = Probe.Run(new Dictionary<string, string> { ["LIBREUSEPORT_PORT"] = new string('9', 100_000) });
        Assert.Equal(512, run.Errors.Length);
        Assert.EndsWith("9\n", run.Errors, Ordinal);
    }

    [Fact]
    public void Load_ValueWithControlCharacters_StaysOneLine()
    {
        var run = Probe.Run(new Dictionary<string, string> { ["LIBREUSEPORT_PORT"] = "80\nlibreuseport:bind:\u001b[2Jé" });
        Assert.EndsWith(": 80?libreuseport:bind:?[2J??", Assert.Single(run.Lines), Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Load_RandomEnvironments_NothingBreaks(int seed)
    {
        var run = Command.Run(Artifacts.Probe("fuzz"), [Artifacts.Library, $"{seed}", "20000"], [], "");
        Assert.StartsWith("environments=20000 ", run.Output, Ordinal);
        Assert.Equal(0, run.ExitCode);
    }
}
