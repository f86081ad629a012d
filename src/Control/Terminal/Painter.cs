using System.Globalization;
using System.Text;
using Reuseportd.Control.Output;

namespace Reuseportd.Control.Terminal;

/// <summary>
/// Lines of cells to the text that shows them on a terminal. Only lines that differ from the former ones are written. Pure,
/// except for its copy of the shown lines.
/// </summary>
/// <remarks>
/// Each line is erased before it is written, as the width of a character is known to the terminal only. The terminal must not
/// wrap lines.
/// </remarks>
internal sealed class Painter
{
    private string[] _shown = [];

    /// <summary>Forgets what is shown, so that the next text has every line.</summary>
    public void Forget() => _shown = [];

    /// <returns>Empty if nothing differs.</returns>
    public string Paint(IReadOnlyList<Cell[]> lines, Size size)
    {
        string[] next = [.. lines.Take(size.Rows).Select(line => Text(line, size.Columns))];
        var isAnew = _shown.Length != next.Length;
        var text = new StringBuilder(isAnew ? "\e[H\e[2J" : "");
        for (var row = 0; row < next.Length; row++)
        {
            if (!isAnew && _shown[row] == next[row]) continue;
            text.Append(CultureInfo.InvariantCulture, $"\e[{row + 1};1H\e[K{next[row]}");
        }

        _shown = next;
        // The terminal shows all changes at one time, if it knows this mode.
        return text.Length == 0 ? "" : $"\e[?2026h{text}\e[?2026l";
    }

    /// <summary>Nothing of a worker reaches the terminal raw: control characters are escaped here, for all lines.</summary>
    private static string Text(Cell[] line, int width)
    {
        var text = new StringBuilder();
        var room = width;
        foreach (var cell in line)
        {
            var shown = Shown.Harmless(cell.Text).Replace('\t', ' ');
            if (shown.Length > room) shown = shown[..room];
            room -= shown.Length;
            if (shown.Length == 0) continue;
            if (cell.Colour is { } colour) text.Append("\e[").Append(colour).Append('m').Append(shown).Append("\e[0m");
            else text.Append(shown);
        }

        return text.ToString();
    }
}
