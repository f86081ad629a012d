using Reuseportd.Configuration.Text;
using YamlDotNet.Core;

namespace Reuseportd.Configuration.Yaml;

/// <summary>
/// The lines of a file. The parser's marks may be past the end of a line or of the file; places from this class are inside.
/// </summary>
internal sealed class Lines
{
    private readonly string file;
    private readonly string text;
    private readonly List<Range> ranges = [];

    public Lines(SourceText source)
    {
        (file, text) = (source.File, source.Text);
        var start = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            ranges.Add(start..(start + line.Length));
            start += line.Length;
            if (start < text.Length) start += text.AsSpan(start).StartsWith("\r\n") ? 2 : 1;
        }
    }

    public int Count => ranges.Count;

    /// <param name="number">From 1.</param>
    public ReadOnlySpan<char> this[int number] => text.AsSpan()[ranges[number - 1]];

    public Place Place(in Mark mark)
    {
        var line = (int)Math.Clamp(mark.Line, 1, Count);
        return new Place(file, line, (int)Math.Clamp(mark.Column, 1, this[line].Length + 1));
    }

    public char CharacterAt(Place place) => place.Column <= this[place.Line].Length ? this[place.Line][place.Column - 1] : '\n';

    /// <summary>True if only blanks follow.</summary>
    public bool IsEnd(Place place)
    {
        if (!this[place.Line][(place.Column - 1)..].IsWhiteSpace()) return false;
        for (var number = place.Line + 1; number <= Count; number++)
        {
            if (!this[number].IsWhiteSpace()) return false;
        }

        return true;
    }
}
