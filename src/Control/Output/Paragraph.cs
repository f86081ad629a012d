using System.Text;

namespace Reuseportd.Control.Output;

/// <summary>Wraps text at blanks to a given width; pure.</summary>
internal static class Paragraph
{
    private const string Indent = "    ";

    public static string Wrap(string text, int width)
    {
        var (lines, line) = (new StringBuilder(), new StringBuilder());
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Append(line).Append('\n');
                line.Clear().Append(Indent).Append(word);
            }
            else
                line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        return lines.Append(line).Append('\n').ToString();
    }
}
