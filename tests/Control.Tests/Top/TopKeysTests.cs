using Control.Tests.Harness;
using Reuseportd.Control.Top;

namespace Control.Tests.Top;

public sealed class TopKeysTests
{
    /// <summary>100 workers on a screen with 20 rows: the row with the cursor, and the first row that is shown.</summary>
    [Theory]
    [InlineData("", "web@0", 0)]
    [InlineData("Down", "web@1", 0)]
    [InlineData("j j k", "web@1", 0)]
    [InlineData("Up", "web@0", 0)]
    [InlineData("PageDown", "web@19", 0)]
    [InlineData("PageDown Down", "web@20", 1)]
    [InlineData("PageDown PageDown", "web@38", 19)]
    [InlineData("PageDown PageDown PageUp", "web@19", 19)]
    [InlineData("End", "web@99", 80)]
    [InlineData("End Down", "web@99", 80)]
    [InlineData("End Home", "web@0", 0)]
    [InlineData("n", "web@99", 0)]
    [InlineData("Down n", "web@1", 79)]
    public void Press_KeysOfTheTable_MoveTheCursor(string keys, string row, int first)
    {
        var state = Screens.Of(Screens.Many(100)).Press(keys);
        Assert.Equal((row, first), (state.Rows[state.Index].Name, state.First));
    }

    [Theory]
    [InlineData("c", "Cpu", false)]
    [InlineData("c c", "Cpu", true)]
    [InlineData("c r", "Cpu", true)]
    [InlineData("c c c", "Cpu", false)]
    [InlineData("c m", "Memory", false)]
    [InlineData("s", "State", false)]
    [InlineData("p", "Pid", false)]
    [InlineData("u", "Uptime", false)]
    [InlineData("t", "Restarts", false)]
    [InlineData("b", "Bind", false)]
    [InlineData("b n", "Worker", false)]
    [InlineData("Right", "State", false)]
    [InlineData("> >", "Pid", false)]
    [InlineData("Left", "Worker", false)]
    [InlineData("m Right", "Bind", false)]
    [InlineData("b <", "Memory", false)]
    [InlineData("b >", "Bind", false)]
    [InlineData("o Right", "Bind", false)]
    public void Press_KeysOfTheOrder_SortByAColumn(string keys, string column, bool isReversed) =>
        Assert.Equal(new Order(Enum.Parse<Column>(column), isReversed), Screens.Of(Screens.Many(3)).Press(keys).Order);

    [Theory]
    [InlineData("/ w e b", "web", true)]
    [InlineData("/ w e b Enter", "web", false)]
    [InlineData("/ w q ? Enter", "wq?", false)]
    [InlineData("/ w e Erase", "w", true)]
    [InlineData("/ w Erase Erase", "", false)]
    [InlineData("/ w Escape", "", false)]
    [InlineData("/ w Enter Escape", "", false)]
    [InlineData("/ w Enter / x", "wx", true)]
    [InlineData("/ w Down Left", "w", true)]
    public void Press_KeysOfTheFilter_TypeIt(string keys, string filter, bool isTyping)
    {
        var state = Screens.Of(Screens.Many(3)).Press(keys);
        Assert.Equal((filter, isTyping, false), (state.Filter, state.IsTyping, state.IsDone));
    }

    [Theory]
    [InlineData("Down Enter", "Worker")]
    [InlineData("Enter Escape", "Table")]
    [InlineData("Enter Enter", "Table")]
    [InlineData("?", "Help")]
    [InlineData("h x", "Table")]
    [InlineData("? Escape", "Table")]
    [InlineData("? Up", "Help")]
    [InlineData("Enter ?", "Help")]
    [InlineData("/ x y z Enter Enter", "Table")]
    public void Press_KeysOfViews_ShowThem(string keys, string view) =>
        Assert.Equal(view, $"{Screens.Of(Screens.Many(3)).Press(keys).View}");

    [Theory]
    [InlineData("q", true)]
    [InlineData("Interrupt", true)]
    [InlineData("/ q", false)]
    [InlineData("/ Interrupt", true)]
    [InlineData("? q", true)]
    [InlineData("Enter q", true)]
    [InlineData("Escape", false)]
    public void Press_KeysOfTheEnd_End(string keys, bool isDone) =>
        Assert.Equal(isDone, Screens.Of(Screens.Many(3)).Press(keys).IsDone);

    [Fact]
    public void Press_EnterOnAService_ShowsItsWorkers()
    {
        var state = Screens.Of(Screens.Usual()).Press("g g Down Enter");
        Assert.Equal(["web@0", "web@1", "web@2"], state.Rows.Select(row => row.Name));
        Assert.Equal((Grouping.Workers, "web@"), (state.Grouping, state.Filter));
    }

    [Fact]
    public void Press_GroupKey_GoesRound() => Assert.Equal(
        [Grouping.ServicesAndWorkers, Grouping.Services, Grouping.Workers],
        new[] { "g", "g g", "g g g" }.Select(keys => Screens.Of(Screens.Usual()).Press(keys).Grouping));

    /// <summary>A refresh changes the order: the cursor stays on its worker, and on the first row if it is there.</summary>
    [Fact]
    public void See_OtherOrder_KeepsTheCursorOnItsWorker()
    {
        var busy = Given.Status(Given.Worker("web@0") with { CpuPercent = 1 }, Given.Worker("web@1") with { CpuPercent = 90 });
        var calm = Given.Status(Given.Worker("web@0") with { CpuPercent = 99 }, Given.Worker("web@1") with { CpuPercent = 2 });
        var moved = Screens.Of(busy).Press("c Down").See(new Look(calm with { Uptime = 1 }));
        Assert.Equal(("web@0", 0), (moved.Rows[moved.Index].Name, moved.Index));
        var unmoved = Screens.Of(busy).Press("c").See(new Look(calm with { Uptime = 1 }));
        Assert.Equal(("web@0", 0), (unmoved.Rows[unmoved.Index].Name, unmoved.Index));
    }

    [Fact]
    public void See_WorkerOfTheCursorIsGone_LeavesTheCursorInPlace()
    {
        var state = Screens.Of(Screens.Many(10)).Press("End").See(new Look(Screens.Many(4)));
        Assert.Equal("web@3", state.Rows[state.Index].Name);
        Assert.Equal("web@3", state.See(new Look(Screens.Many(10))).Chosen);
    }

    [Fact]
    public void Wanted_ViewsAndPane_AskForLinesAndEvents()
    {
        var state = Screens.Of(Screens.Many(3));
        Assert.Equal(new Wanted(null, 24, null), state.Wanted);
        Assert.Equal(new Wanted("web@1", 24, null), state.Press("Down Enter").Wanted);
        Assert.Equal(new Wanted(null, 24, 0), state.Press("e").Wanted);
        Assert.Equal(new Wanted(null, 24, null), state.Press("e e").Wanted);
    }
}
