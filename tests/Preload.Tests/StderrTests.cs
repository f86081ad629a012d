namespace Preload.Tests;

/// <summary>Descriptor 2 belongs to the program. A line of the library must not harm the program, with any file there.</summary>
public class StderrTests
{
    private readonly string _address = Loopback.Next();

    [Theory]
    [InlineData("broken")]
    [InlineData("full")]
    [InlineData("closed")]
    public void Bind_LineCannotBeWritten_BindGoesOn(string stderr) =>
        Probe.RunDebug("", $"stderr {stderr} socket inet stream bind {_address} 8080 listen 5 pending sigpipe get reuseport")
            .Answers("bind=ok", "listen=ok", "sigpipe-pending=0", "reuseport=1");

    [Fact]
    public void Bind_SigpipeWasPending_StaysPending() =>
        Probe.RunDebug("", $"hold sigpipe stderr broken socket inet stream bind {_address} 8080 pending sigpipe")
            .Answers("bind=ok", "sigpipe-pending=1");

    /// <summary>The next file that a program opens after closing its stderr has number 2.</summary>
    [Theory]
    [InlineData("socket", false)]
    [InlineData("file", false)]
    [InlineData("appended", true)]
    [InlineData("pipe", true)]
    public void Bind_StderrReplacedAfterLoad_OnlyLogsGetLines(string stderr, bool written)
    {
        var run = Probe.RunDebug("", $"stderr {stderr} socket inet stream bind {_address} 8080 stderr-bytes");
        Assert.Equal("bind=ok", run.Output[0]);
        Assert.Equal(written, run.Output[1] != "stderr-bytes=0");
    }

    [Fact]
    public void Bind_SocketIsDescriptorTwo_NothingIsWrittenIntoIt()
    {
        var run = Probe.RunDebug("", $"socket inet stream as-stderr bind {_address} 8080 listen 5 get reuseport");
        run.Answers("bind=ok", "listen=ok", "reuseport=1");
        Assert.Single(run.Lines);
    }
}
