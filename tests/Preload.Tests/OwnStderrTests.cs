using static System.StringComparison;

namespace Preload.Tests;

/// <summary>LIBREUSEPORT_STDERR: lines go to one file, and to no other file at descriptor 2.</summary>
public class OwnStderrTests
{
    private readonly string _address = Loopback.Next();

    private string Bind(int port) => $"socket inet stream bind {_address} {port}";

    [Fact]
    public void Bind_StderrIsThatFile_GetsTheLines()
    {
        var run = Probe.Run("", $"stderr-is-ours exec {Bind(8080)} listen 5").Answers("bind=ok", "listen=ok");
        Assert.Equal(["loaded", "bind", "listen"], Kinds(run));
    }

    /// <summary>All of these but a plain file and a socket get lines without the variable.</summary>
    [Theory]
    [InlineData("pipe")]
    [InlineData("fifo")]
    [InlineData("appended")]
    [InlineData("file")]
    [InlineData("tty")]
    [InlineData("socket")]
    public void Bind_StderrIsReplaced_WritesNothing(string kind)
    {
        var run = Probe.Run(
            "",
            $"stderr-is-ours exec {Bind(8080)} stderr {kind} {Bind(8081)} listen 5 stderr-bytes stderr original {Bind(8082)}");
        run.Answers("bind=ok", "bind=ok", "listen=ok", "stderr-bytes=0", "bind=ok");
        Assert.Equal(["loaded", "bind", "bind"], Kinds(run));
        Assert.DoesNotContain(run.Lines, line => line.Contains("port=8081", Ordinal));
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("tty")]
    [InlineData("appended")]
    public void Load_ExecutedWithAnotherStderr_WritesNothing(string kind) =>
        Probe.Run("", $"stderr-is-ours stderr {kind} exec {Bind(8080)} listen 5").Answers("bind=ok", "listen=ok").Silent();

    [Fact]
    public void Bind_ForkedAndExecutedWithTheSameStderr_Reports()
    {
        var run = Probe.Run("", $"stderr-is-ours exec fork 1 exec {Bind(8080)}").Answers("bind=ok");
        Assert.Equal(["loaded", "loaded", "bind"], Kinds(run));
        Assert.NotEqual(PidOf(run.Lines[0]), PidOf(run.Lines[1]));
        Assert.Equal(PidOf(run.Lines[1]), PidOf(run.Lines[2]));
    }

    /// <summary>Only the environment at load counts.</summary>
    [Fact]
    public void Bind_EnvironmentOverwritten_LimitStays()
    {
        var run = Probe.Run("", $"stderr-is-ours exec scribble stderr appended {Bind(8080)} stderr-bytes")
            .Answers("bind=ok", "stderr-bytes=0");
        Assert.Equal(["loaded"], Kinds(run));
    }

    /// <summary>A line in an unknown file does harm: there is none, not even for the value itself.</summary>
    [Theory]
    [InlineData("1")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("1:2:3")]
    [InlineData("-1:2")]
    [InlineData("+1:2")]
    [InlineData("0x1:2")]
    [InlineData("1:2x")]
    [InlineData("1:18446744073709551616")]
    [InlineData("99999999999999999999:1")]
    [InlineData("/")]
    public void Load_ValueThatCannotBeRead_NoLineIsWritten(string value) =>
        Probe.RunDebug($"LIBREUSEPORT_STDERR={value} SO_REUSEPORT=x", $"{Bind(8080)} listen 5 get reuseport")
            .Answers("bind=ok", "listen=ok", "reuseport=0")
            .Silent();

    /// <summary>The library still sets the options of sockets.</summary>
    [Theory]
    [InlineData("LIBREUSEPORT_STDERR=x")]
    [InlineData("LIBREUSEPORT_STDERR=1:2")]
    public void Bind_NoLineIsWritten_SocketIsShared(string environment) =>
        Probe.RunDebug(environment + " LIBREUSEPORT_PORT=8080,8081", $"{Bind(8080)} get reuseport")
            .Answers("bind=ok", "reuseport=1")
            .Silent();

    [Theory]
    [InlineData("0:18446744073709551615")]
    [InlineData("18446744073709551615:0")]
    [InlineData("0:0")]
    public void Load_AnotherFile_NoLineIsWritten(string value) =>
        Probe.RunDebug($"LIBREUSEPORT_STDERR={value}", $"{Bind(8080)}").Answers("bind=ok").Silent();

    [Fact]
    public void Load_EmptyValue_IsUnset()
    {
        var run = Probe.RunDebug("LIBREUSEPORT_STDERR=", Bind(8080)).Answers("bind=ok");
        Assert.Equal(["loaded", "bind"], Kinds(run));
    }

    [Fact]
    public void Load_BlanksAroundTheNumbers_AreSkipped()
    {
        var environment = new Dictionary<string, string> { ["LIBREUSEPORT_STDERR"] = " 1 :\t2 ", ["LIBREUSEPORT_DEBUG"] = "1" };
        Probe.Run(environment, "stderr", "pipe", "stderr-bytes").Answers("stderr-bytes=0").Silent();
    }

    /// <summary>The variable limits lines of errors, too.</summary>
    [Fact]
    public void Load_AnotherValueCannotBeRead_WritesToThatFileOnly()
    {
        Probe.Run("SO_REUSEPORT=x LIBREUSEPORT_STDERR=1:2", "").Silent();
        var run = Probe.Run("", "stderr-is-ours exec refuse reuseport-option 92 " + Bind(8080));
        Assert.Equal(["loaded", "SO_REUSEPORT", "bind"], Kinds(run));
    }

    private static IEnumerable<string> Kinds(ProbeRun run) => run.Lines.Select(line => line.Split(':')[1]);

    private static string PidOf(string line) => line.Split(' ')[0].Split('=')[1];
}
