using System.Globalization;
using System.Security;
using System.Text;
using Reuseportd.Control.Output;
using Reuseportd.Control.Terminal;

namespace Control.Tests.Harness;

/// <summary>A screen as a picture for the documents (SVG).</summary>
internal static class Picture
{
    private const double CharacterWidth = 8.4;
    private const int LineHeight = 19;
    private const int Margin = 12;
    private const string Ground = "#0d1117";
    private const string Ink = "#e6edf3";

    public static string Of(IReadOnlyList<Cell[]> lines, Size size)
    {
        var (width, height) = (Math.Ceiling(size.Columns * CharacterWidth) + 2 * Margin, size.Rows * LineHeight + 2 * Margin);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
              aria-labelledby="title text">
              <title id="title">reuseportctl top</title>
              <desc id="text">A terminal with a table of workers, sorted by CPU, and the newest events below.</desc>
              <rect width="{width}" height="{height}" rx="6" fill="{Ground}"/>
              <g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">

            """);
        foreach (var (row, line) in lines.Index()) Append(svg, line, size.Columns, Margin + row * LineHeight);
        return svg.Append("  </g>\n</svg>\n").ToString();
    }

    private static void Append(StringBuilder svg, Cell[] line, int columns, int top)
    {
        var column = 0;
        foreach (var cell in line)
        {
            var text = Shown.Harmless(cell.Text);
            text = text[..Math.Min(text.Length, columns - column)];
            var (left, width) = (Margin + column * CharacterWidth, text.Length * CharacterWidth);
            if (cell.Colour == Style.Reverse)
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"    <rect x=\"{left:0.#}\" y=\"{top}\" width=\"{width:0.#}\" height=\"{LineHeight}\" fill=\"{Ink}\"/>\n");
            column += text.Length;
            if (text.Trim().Length == 0) continue;
            // The length keeps the columns aligned with any font.
            svg.Append(
                CultureInfo.InvariantCulture,
                $"    <text x=\"{left:0.#}\" y=\"{top + 14}\" textLength=\"{width:0.#}\" {Attributes(cell.Colour)}>"
                + $"{SecurityElement.Escape(text)}</text>\n");
        }
    }

    private static string Attributes(string? style) => style switch
    {
        Style.Reverse => $"fill=\"{Ground}\"",
        Style.Title => $"fill=\"{Ink}\" font-weight=\"bold\" text-decoration=\"underline\"",
        Style.Bold => $"fill=\"{Ink}\" font-weight=\"bold\"",
        Style.Faint => "fill=\"#8b949e\"",
        "31" => "fill=\"#ff7b72\"",
        "32" => "fill=\"#3fb950\"",
        "33" => "fill=\"#d29922\"",
        _ => $"fill=\"{Ink}\"",
    };
}
