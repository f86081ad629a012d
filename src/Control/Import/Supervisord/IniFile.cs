using System.Text;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Supervisord;

/// <param name="Value">Lines of a value that continues are separated by line feeds.</param>
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
/// <c>key: value</c>, lines with an indentation continue a value, and comments begin with ';' or '#'.
/// </summary>
internal static class IniFile
{
    /// <summary>Adds the sections of a file; a section that is there already gets the entries.</summary>
    public static void Read(SourceText source, OrderedDictionary<string, IniSection> sections, Findings findings)
    {
        IniSection? section = null;
        IniEntry? last = null;
        StringBuilder? value = null;
        var number = 0;
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            var text = WithoutComment(line).TrimEnd();
            if (text.IsWhiteSpace()) continue;
            var indentation = text.Length - text.TrimStart().Length;
            var place = new Place(source.File, number, indentation + 1);
            if (indentation > 0 && value is not null)
            {
                value.Append('\n').Append(text.TrimStart());
                continue;
            }

            Finish(section, ref last, ref value);
            text = text.TrimStart();
            if (text[0] == '[' && text.IndexOf(']') is > 1 and var end)
                section = Section(text[1..end].ToString(), place, sections);
            else if (text.IndexOfAny('=', ':') is > 0 and var equals && section is not null)
            {
                last = new IniEntry(text[..equals].Trim().ToString().ToLowerInvariant(), "", place);
                value = new StringBuilder().Append(text[(equals + 1)..].Trim());
            }
            else
            {
                findings.Error(
                    place, "", section is null ? "a section such as [program:web] is missing before this line"
                        : "accepts key=value or [section]");
            }
        }

        Finish(section, ref last, ref value);
    }

    private static void Finish(IniSection? section, ref IniEntry? entry, ref StringBuilder? value)
    {
        if (entry is not null) section!.Entries[entry.Key] = entry with { Value = value!.ToString() };
        (entry, value) = (null, null);
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
