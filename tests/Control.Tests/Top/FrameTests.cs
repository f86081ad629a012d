using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;
using Reuseportd.Control.Top;

namespace Control.Tests.Top;

/// <summary>States to screens. The golden files are the screens of 80 columns and 24 lines.</summary>
public sealed class FrameTests
{
    private static readonly LogLine[] Lines =
    [
        .. Enumerable.Range(1, 40).Select(number => new LogLine(
            $"2026-01-01T10:00:{number:00}.000Z", "web", "web@2", 4377, "stderr", $"line {number}\e[2J")),
    ];

    private static TopState Usual => Screens.Of(Screens.Usual()).See(new Look(Screens.Later()));

    [Theory]
    [InlineData("table", "")]
    [InlineData("sorted", "c Down")]
    [InlineData("filtered", "/ w e b Enter")]
    [InlineData("typing", "/ w e b")]
    [InlineData("grouped", "g")]
    [InlineData("services", "g g")]
    [InlineData("events", "e")]
    [InlineData("details", "End Enter")]
    [InlineData("help", "?")]
    public void Of_State_IsTheGoldenScreen(string name, string keys)
    {
        var state = Usual.Press(keys);
        state = state.See(new Look(Screens.Later())
        {
            LinesOf = "web@2", Lines = Lines,
            Events = [
                new EventDocument(1, "2026-01-01T10:00:01.123Z", "spawn", "web@2: started, pid 4377"),
                new EventDocument(2, "2026-01-01T10:00:02.123Z", "bind", "web@2: bind 127.0.0.1:8080 tcp: EADDRINUSE\a"),
                new EventDocument(3, "2026-01-01T10:00:02.200Z", "exit", "web@2: exit code 1"),
                new EventDocument(4, "2026-01-01T10:00:02.201Z", "backoff", "web@2: starts again after 12.8 s")],
        });
        Golden.Expect($"tests/Control.Tests/Golden/top-{name}.txt", state.Text());
    }

    [Fact]
    public void Of_NoAnswer_ShowsTheProblemAndOldRows()
    {
        var state = Usual.See(new Look(null, "no daemon at /run/x, waiting"));
        Assert.Equal("no daemon at /run/x, waiting", state.Lines()[1]);
        Assert.Equal(Style.Faint, state.CellWith("api@1").Colour);
        Assert.Null(state.See(new Look(Screens.Later())).Problem);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_Colours_AreUsedOnlyIfWanted(bool isColoured)
    {
        var state = Usual with { IsColoured = isColoured };
        Assert.Equal(isColoured ? "31" : null, state.CellWith("backoff").Colour);
        Assert.Equal(isColoured ? "31" : null, state.See(new Look(null, "gone")).CellWith("gone").Colour);
        Assert.Equal(Style.Title, state.CellWith("WORKER").Colour);
        Assert.Equal(Style.Reverse, state.CellWith("api@0").Colour);
    }

    [Fact]
    public void Of_ManyWorkers_DrawsTheVisibleOnes()
    {
        var state = Screens.Of(Screens.Many(2000)).Press("End");
        Assert.Equal(20, state.Lines().Count(line => line.StartsWith("web@", StringComparison.Ordinal)));
        Assert.StartsWith("1981-2000 of 2000 ", state.Lines()[^1], StringComparison.Ordinal);
        Assert.StartsWith("web@1999 ", state.CursorLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LinesGoneBack_ShowsOlderLines()
    {
        var state = Usual.Press("End Enter").See(new Look(Screens.Later()) { LinesOf = "web@2", Lines = Lines });
        Assert.Equal(@"10:00:40 line 40\x1b[2J", state.Lines()[^2]);
        Assert.Equal(@"10:00:39 line 39\x1b[2J", state.Press("Up").Lines()[^2]);
        Assert.Equal(@"10:00:40 line 40\x1b[2J", state.Press("PageUp Up End").Lines()[^2]);
        Assert.Equal(
            @"10:00:01 line 1\x1b[2J",
            state.Press("Home").Lines().Last(line => line.StartsWith("10:00", StringComparison.Ordinal)));
        Assert.Equal("10:00:40", state.Press("Right").Lines()[^2]);
        Assert.Equal(@"10:00:40 line 40\x1b[2J", state.Press("Right Left Left").Lines()[^2]);
    }

    [Fact]
    public void Of_DetailedWorkerIsGone_SaysSo() => Assert.StartsWith(
        "web@2  this worker", Usual.Press("End Enter").See(new Look(Screens.Many(1))).Lines()[2], StringComparison.Ordinal);

    [Theory]
    [InlineData(true, "web: 1 of 3 workers is new")]
    [InlineData(null, "steering: ebpf")]
    public void Of_Notice_IsTheUpdateFirst(bool? updates, string notice)
    {
        var status = Screens.Usual() with { Updates = updates is null ? null : [new ServiceUpdate("web", 1, 3, Paused: false)] };
        Assert.Equal(notice, Screens.Of(status).Lines()[1]);
    }

    [Theory]
    [InlineData(91, false)]
    [InlineData(92, true)]
    public void Of_AcceptQueue_NeedsAWideScreen(int columns, bool isShown)
    {
        var status = Given.Status(Given.Worker("web@0") with { AcceptQueue = 3, AcceptQueueLimit = 511 });
        Assert.Equal(isShown, Screens.Of(status, columns).Text().Contains(" 3/511 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("leaving", 8.0, "host: leaving its load balancers; workers drain in 8s")]
    [InlineData("draining", null, "host: draining")]
    [InlineData("drained", null, "host: drained; 'reuseportctl undrain' takes it back")]
    public void Of_HostDoesNotServe_NoticeIsItsState(string state, double? left, string notice)
    {
        var status = Screens.Usual() with
        {
            Host = new HostStatus(state, left), Updates = [new ServiceUpdate("web", 1, 3, Paused: true)],
        };
        Assert.Equal(notice, Screens.Of(status).Lines()[1]);
    }

    /// <summary>No key and no size makes more lines than the screen has, or an exception.</summary>
    [Fact]
    public void Of_AnySizeAndKey_FitsTheScreen()
    {
        string[] all = ["", "?", "e", "g", "g g", "/ w", "Enter", "End Enter e", "o", "Down e", "/ x x x"];
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 6, 11, 12, 13, 24 })
        foreach (var columns in new[] { 1, 2, 20, 79, 80, 109, 200 })
            foreach (var keys in all)
            {
                var state = Screens.Of(Screens.Usual(), columns, rows).Press(keys);
                foreach (var key in Enum.GetValues<KeyKind>().Where(kind => kind != KeyKind.Letter))
                    Assert.Equal(rows, Frame.Of(TopKeys.Press(state, key)).Count);
                Assert.Equal(rows, Frame.Of(state.See(new Look(null, "gone"))).Count);
            }

        Assert.Equal(24, Frame.Of(new TopState(Size.Usual).Press("e Enter Down Right ?")).Count);
    }

    /// <summary>The widest values leave room for all columns at 80 characters.</summary>
    [Fact]
    public void Of_WideValues_FitEightyColumns()
    {
        var wide = Given.Worker("a-service-with-a-long-name@9999", "starting") with
        {
            Pid = 4_194_304, Uptime = 86_400 * 1000, Restarts = 99_999_999, CpuPercent = 6400, Memory = 900L << 30,
            Connections = 999_999, Given = 1,
        };
        var later = Given.Status(wide with { Uptime = wide.Uptime + 1, Given = 1_000_000, CpuSeconds = 101.25 }) with
        {
            Uptime = 3601,
        };
        var state = Screens.Of(Given.Status(wide with { CpuSeconds = 1.25 })).See(new Look(later));
        Assert.All(Frame.Of(state), line => Assert.InRange(line.Sum(cell => cell.Text.Length), 0, 80));
        Assert.EndsWith("@9999", state.CursorLine().Split(' ')[0], StringComparison.Ordinal);
        Assert.EndsWith(" 8080", state.CursorLine(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Help_FitsEightyColumns() => Assert.All(
        Frame.Of(Usual.Press("?")), line => Assert.InRange(line.Sum(cell => cell.Text.Length), 0, 80));

    /// <summary>Nothing of a worker reaches the terminal raw, in any view.</summary>
    [Fact]
    public void Of_ControlCharacters_NeverReachTheTerminal()
    {
        const string raw = "\e]0;title\a\u009b31m";
        var worker = Given.Worker("web@0", "backoff") with
        {
            Detail = raw, LastLine = raw, LastExit = raw, Method = raw,
            Binds = [new BindStatus("bind", raw, raw, 80, Sharded: true, raw)],
        };
        var status = Given.Status(worker) with { Updates = [new ServiceUpdate("web", 0, 1, Paused: true) { Failure = raw }] };
        var look = new Look(status)
        {
            Lines = [new LogLine(raw, "web", "web@0", 1, "stderr", raw)], LinesOf = "web@0",
            Events = [new EventDocument(1, raw, raw, raw)],
        };
        foreach (var keys in new[] { "e", "e g", "e Enter", "? e" })
        {
            var text = new Painter().Paint(
                Frame.Of(Screens.Of(status, 200, 50).Press(keys).See(look) with { IsColoured = false }), new Size(200, 50));
            Assert.DoesNotContain("\e]", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\u009b", text, StringComparison.Ordinal);
            Assert.DoesNotContain("\a", text, StringComparison.Ordinal);
        }
    }

    /// <summary>The picture of the guide.</summary>
    [Fact]
    public void Of_Picture_IsThatOfTheGuide()
    {
        var state = Screens.Of(Screens.Usual(), 100, 16).Press("e c").See(new Look(Screens.Later())
        {
            Events = [
                new EventDocument(1, "2026-01-01T10:00:02.123Z", "bind", "web@2: bind 127.0.0.1:8080 tcp: EADDRINUSE"),
                new EventDocument(2, "2026-01-01T10:00:02.200Z", "exit", "web@2: exit code 1"),
                new EventDocument(3, "2026-01-01T10:00:02.201Z", "backoff", "web@2: starts again after 12.8 s")],
        });
        Golden.Expect("docs/images/top.svg", Picture.Of(Frame.Of(state), state.Size));
    }
}
