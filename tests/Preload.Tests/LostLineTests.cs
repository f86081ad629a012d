using System.Globalization;
using static System.StringComparison;

namespace Preload.Tests;

/// <summary>A bind does not wait for a reader: its line is lost after 100 ms, and counted.</summary>
public class LostLineTests
{
    /// <summary>Far above 100 ms, for a busy machine; far below a wait for each bind.</summary>
    private const int Bound = 5_000;

    private readonly string _address = Loopback.Next();

    private string Bind(int port) => $"socket inet stream bind {_address} {port}";

    /// <summary>Each way of writing: RWF_NOWAIT, and with older kernels, sandboxes and named pipes the others.</summary>
    [Theory]
    [InlineData("stderr full")]
    [InlineData("stderr fifo-full")]
    [InlineData("stderr tty-full")]
    [InlineData("stderr full refuse pwritev2 95")]
    [InlineData("stderr full refuse pwritev2 38")]
    [InlineData("stderr full refuse pwritev2 1 refuse vmsplice 1")]
    [InlineData("stderr full interrupt-often")]
    public void Bind_ReaderIsFrozen_LinesAreCountedAndBindGoesOn(string surroundings)
    {
        var run = Probe.RunDebug(
            "",
            $"{surroundings} elapsed {Bind(8080)} elapsed {Bind(8081)} listen 5 elapsed stderr-lines "
            + $"{Bind(8082)} listen 5 stderr-lines stderr-flags");
        string[] expected =
        [
            "bind=ok", "elapsed", "bind=ok", "listen=ok", "elapsed", "bind=ok", "listen=ok", "lost", "bind", "listen",
            "stderr-blocks=1",
        ];
        Assert.Equal(expected, run.Output.Where(line => line.Trim().Length > 0).Select(Kind));
        Assert.Equal(0, run.ExitCode);
        Assert.InRange(ElapsedOf(run)[0], 100, Bound);
        Assert.InRange(ElapsedOf(run)[1], 0, 99);
        Assert.Matches("^libreuseport:lost:pid=[1-9][0-9]* lines=3$", run.Output[^4]);
        Assert.Contains(" port=8082 ", run.Output[^3], Ordinal);
    }

    /// <summary>A socket gets lines if it was stderr at load, as under a service manager with its own log.</summary>
    [Fact]
    public void Bind_SocketWithoutAReader_BindGoesOn()
    {
        var run = Probe.RunDebug("", $"stderr socket-full exec {Bind(8080)} elapsed {Bind(8081)} elapsed");
        Assert.Equal(["bind=ok", "bind=ok", "elapsed"], run.Output.Select(Kind));
        Assert.InRange(ElapsedOf(run)[0], 0, 99);
    }

    [Fact]
    public void Bind_Often_WaitsOnce()
    {
        var run = Probe.RunDebug("", $"stderr full elapsed fork 1 repeat 1000 socket inet dgram bind {_address} 8080 elapsed");
        Assert.Equal(1000, run.Output.Count(line => line == "bind=ok"));
        Assert.InRange(ElapsedOf(run).Sum(), 100, Bound);
    }

    /// <summary>A child waits no longer than its parent, and reports only its own lost lines.</summary>
    [Fact]
    public void Bind_ForkedAfterALoss_CountsItsOwnLines()
    {
        var run = Probe.RunDebug(
            "",
            $"stderr full {Bind(8080)} {Bind(8081)} elapsed fork 1 {Bind(8082)} elapsed stderr-lines {Bind(8083)} stderr-lines");
        Assert.InRange(ElapsedOf(run)[0], 0, 99);
        Assert.EndsWith(" lines=1", run.Output[^2], Ordinal);
        Assert.Contains(" port=8083 ", run.Output[^1], Ordinal);
    }

    [Fact]
    public void Bind_ChildAfterALossOfItsParent_ReportsNoLoss()
    {
        var run = Probe.RunDebug("", $"stderr full {Bind(8080)} stderr-lines fork 1 {Bind(8081)} stderr-lines");
        Assert.Equal(["bind=ok", "bind=ok", "bind"], run.Output.Where(line => line.Trim().Length > 0).Select(Kind));
    }

    [Fact]
    public void Bind_LinesPassAgain_NoLineIsRepeated()
    {
        var run = Probe.RunDebug(
            "",
            $"stderr full {Bind(8080)} stderr-lines {Bind(8081)} stderr-flood {Bind(8082)} {Bind(8083)} stderr-lines "
            + $"{Bind(8084)} {Bind(8085)} stderr-lines");
        Assert.Equal(["lines=1", "lines=2"], run.Output.Where(line => Kind(line) == "lost").Select(line => line.Split(' ')[^1]));
        Assert.Equal(
            ["8081", "8084", "8085"],
            run.Output.Where(line => Kind(line) == "bind").Select(line => line.Split(" port=")[1].Split(' ')[0]));
    }

    /// <summary>
    /// Many writers fill one pipe, so that the room of a check is often used up before the write. No writer waits for ever.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("refuse pwritev2 95")]
    public void Bind_ManyProcessesFillAPipe_AllGoOn(string surroundings)
    {
        var run = Probe.RunDebug("", $"stderr pipe {surroundings} fork 8 repeat 200 socket inet dgram bind {_address} 8080");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(1600, run.Output.Count(line => line == "bind=ok"));
    }

    /// <summary>A line that is dropped because of another file at descriptor 2 does not count as lost.</summary>
    [Fact]
    public void Bind_DroppedLines_AreNotCounted()
    {
        var run = Probe.Run("", $"stderr-is-ours exec stderr full {Bind(8080)} stderr original {Bind(8081)}")
            .Answers("bind=ok", "bind=ok");
        Assert.Equal(["loaded", "bind"], run.Lines.Select(Kind));
    }

    /// <summary>SIGXFSZ ends a program that does not expect it.</summary>
    [Fact]
    public void Bind_FileIsAtItsLimit_ProgramGoesOn() =>
        Probe.RunDebug("", $"stderr appended limit-files 1000 repeat 9 {Bind(8080)}")
            .Answers([.. Enumerable.Repeat("bind=ok", 9)]);

    [Fact]
    public void Bind_FileIsAtItsLimit_NoSignalIsLeftOrLost() =>
        Probe.RunDebug(
                "",
                $"stderr appended limit-files 0 {Bind(8080)} pending sigxfsz hold sigxfsz {Bind(8081)} pending sigxfsz "
                + "stderr-bytes")
            .Answers("bind=ok", "sigxfsz-pending=0", "bind=ok", "sigxfsz-pending=1", "stderr-bytes=0");

    /// <summary>bind=ok, listen=ok; elapsed; for a line of the library, its kind.</summary>
    private static string Kind(string line) => line.StartsWith("libreuseport:", Ordinal) ? line.Split(':')[1]
        : line.StartsWith("elapsed=", Ordinal) ? "elapsed" : line;

    private static int[] ElapsedOf(ProbeRun run) =>
        [
            .. run.Output.Where(line => Kind(line) == "elapsed")
                .Select(line => int.Parse(line.Split('=')[1], CultureInfo.InvariantCulture))];
}
