using System.Text;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Systemd;

internal sealed record Assignment(string Section, string Key, string Value, Place Place);

/// <summary>
/// The assignments of a unit file in their order, systemd.syntax(7): a backslash at the end continues a line, comments begin
/// with '#' or ';', also between continued lines.
/// </summary>
internal static class UnitFile
{
    public static List<Assignment> Read(SourceText source, Findings findings)
    {
        var assignments = new List<Assignment>();
        var section = "";
        var number = 0;
        var (whole, first, isBlank) = (new StringBuilder(), 0, true);
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.TrimStart() is ['#' or ';', ..]) continue;
            if (isBlank)
            {
                whole.Clear();
                first = number;
            }

            var text = line.TrimEnd();
            var isContinued = text.EndsWith('\\');
            var part = isContinued ? text[..^1] : text;
            isBlank = isBlank && part.IsWhiteSpace();
            whole.Append(part);
            if (isContinued)
            {
                whole.Append(' ');
                continue;
            }

            Take(whole.ToString(), new Place(source.File, first, 1), ref section, assignments, findings);
            isBlank = true;
            whole.Clear();
        }

        if (whole.Length > 0) Take(whole.ToString(), new Place(source.File, first, 1), ref section, assignments, findings);
        return assignments;
    }

    private static void Take(string line, Place start, ref string section, List<Assignment> assignments, Findings findings)
    {
        var text = line.Trim();
        if (text.Length == 0) return;
        var place = start with { Column = line.Length - line.TrimStart().Length + 1 };
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (text[0] == '[' && text.EndsWith(']'))
            section = text[1..^1];
        else if (equals <= 0 || section.Length == 0)
            findings.Error(
                place, "", section.Length == 0 ? "a section such as [Service] is missing before this line"
                    : "accepts Key=value or [Section]");
        else
            assignments.Add(new Assignment(section, text[..equals].Trim(), text[(equals + 1)..].Trim(), place));
    }
}
