using System.Text;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Supervisord;

/// <param name="Value">
/// Lines of a value that continues are separated by line feeds. <c>%(here)s</c> is the directory of the file.
/// </param>
internal sealed record IniEntry(string Key, string Value, Place Place);

internal sealed class IniSection(string name, Place place)
{
    public string Name { get; } = name;

    public Place Place { get; } = place;

    /// <summary>In the order of the file; the last value of a key counts.</summary>
    public OrderedDictionary<string, IniEntry> Entries { get; } = new(StringComparer.Ordinal);
}

/// <summary>
/// The sections of a file in the syntax of Python's configparser, as supervisord reads it: <c>key=value</c> or
/// <c>key: value</c>. A line with more indentation than its key continues the value. Comments begin with ';' or '#'.
/// </summary>
internal sealed class IniFile
{
    private readonly OrderedDictionary<string, IniSection> sections;
    private readonly Findings findings;
    private readonly string here;
    private readonly StringBuilder value = new();
    private IniSection? section;
    private IniEntry? last;
    private int indentation;

    private IniFile(string directory, OrderedDictionary<string, IniSection> sections, Findings findings) =>
        (here, this.sections, this.findings) = (directory.Replace("%", "%%", StringComparison.Ordinal), sections, findings);

    /// <summary>Adds the sections of a file; a section that is there already gets the entries.</summary>
    /// <param name="directory">Absolute path of the file's directory.</param>
    public static void Read(
        SourceText source, string directory, OrderedDictionary<string, IniSection> sections, Findings findings)
    {
        var file = new IniFile(directory, sections, findings);
        var number = 0;
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            var text = WithoutComment(line).TrimEnd();
            if (text.IsWhiteSpace()) continue;
            var blanks = text.Length - text.TrimStart().Length;
            file.Line(text.TrimStart(), blanks, new Place(source.File, number, blanks + 1));
        }

        file.Finish();
    }

    private void Line(ReadOnlySpan<char> text, int blanks, Place place)
    {
        if (last is not null && blanks > indentation)
        {
            value.Append('\n').Append(text);
            return;
        }

        Finish();
        indentation = blanks;
        if (text[0] == '[' && text.IndexOf(']') is > 1 and var end)
        {
            section = Section(text[1..end].ToString(), place, sections);
        }
        else if (text.IndexOfAny('=', ':') is > 0 and var equals && section is not null)
        {
            last = new IniEntry(text[..equals].Trim().ToString().ToLowerInvariant(), "", place);
            value.Append(text[(equals + 1)..].Trim());
        }
        else
        {
            findings.Error(
                place, "", section is null ? "a section such as [program:web] is missing before this line"
                    : "accepts key=value or [section]");
        }
    }

    private void Finish()
    {
        if (last is not null)
            section!.Entries[last.Key] = last with { Value = value.Replace("%(here)s", here).ToString() };
        last = null;
        value.Clear();
    }

    private static IniSection Section(string name, Place place, OrderedDictionary<string, IniSection> sections)
    {
        if (!sections.TryGetValue(name, out var section)) sections[name] = section = new IniSection(name, place);
        return section;
    }

    /// <summary>A comment begins a line or follows a blank.</summary>
    private static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] is ';' or '#' && (at == 0 || line[at - 1] is ' ' or '\t')) return line[..at];
        }

        return line;
    }
}
