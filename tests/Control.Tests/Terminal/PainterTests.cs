using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Control.Tests.Terminal;

public sealed class PainterTests
{
    private static readonly Size Size = new(10, 3);

    [Fact]
    public void Paint_FirstLines_AreAllWritten() => Assert.Equal(
        "\e[?2026h\e[H\e[2J\e[1;1H\e[Ka\e[2;1H\e[K\e[31mred\e[0m b\e[?2026l",
        new Painter().Paint([["a"], [new Cell("red", "31"), " b"]], Size));

    [Fact]
    public void Paint_LaterLines_AreWrittenIfTheyDiffer()
    {
        var painter = new Painter();
        painter.Paint([["a"], ["b"], ["c"]], Size);
        Assert.Equal("\e[?2026h\e[2;1H\e[KB\e[?2026l", painter.Paint([["a"], ["B"], ["c"]], Size));
        Assert.Equal("", painter.Paint([["a"], ["B"], ["c"]], Size));
        painter.Forget();
        Assert.Contains("\e[2J", painter.Paint([["a"], ["B"], ["c"]], Size), StringComparison.Ordinal);
    }

    [Fact]
    public void Paint_OtherNumberOfLines_DrawsAnew()
    {
        var painter = new Painter();
        painter.Paint([["a"], ["b"]], Size);
        Assert.Contains("\e[2J\e[1;1H\e[Ka", painter.Paint([["a"]], Size), StringComparison.Ordinal);
    }

    [Fact]
    public void Paint_TooManyOrTooLongLines_AreCutToTheScreen()
    {
        var text = new Painter().Paint([["0123456", "789abc", "d"], ["b"], ["c"], ["d"]], Size);
        Assert.Contains("0123456789\e[2;1H", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[4;1H", text, StringComparison.Ordinal);
    }

    /// <summary>Text of a worker cannot move the cursor or change the title.</summary>
    [Theory]
    [InlineData("\e[2J", @"\x1b[2J")]
    [InlineData("\a\r\n", @"\x07\x0d\x0a")]
    [InlineData("\u009b2J", @"\x9b2J")]
    [InlineData("a\tb", "a b")]
    public void Paint_ControlCharacters_AreEscaped(string text, string shown) => Assert.Equal(
        $"\e[?2026h\e[H\e[2J\e[1;1H\e[K{shown}\e[?2026l", new Painter().Paint([[text]], new Size(80, 1)));
}
