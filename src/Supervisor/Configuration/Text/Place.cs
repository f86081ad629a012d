using System.Globalization;

namespace Reuseportd.Configuration.Text;

/// <summary>A position in a file.</summary>
/// <param name="Line">From 1; 0 for the whole file.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
internal readonly record struct Place(string File, int Line, int Column) : IComparable<Place>
{
    /// <summary>The place after <paramref name="text"/>, which is the beginning of the file.</summary>
    public static Place After(string file, ReadOnlySpan<char> text) =>
        new(file, text.Count('\n') + 1, text.Length - text.LastIndexOf('\n'));

    public int CompareTo(Place other) =>
        string.CompareOrdinal(File, other.File) is var file and not 0 ? file
        : Line.CompareTo(other.Line) is var line and not 0 ? line
        : Column.CompareTo(other.Column);

    public override string ToString() =>
        Line == 0 ? File : string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}");

    public static bool operator <(Place left, Place right) => left.CompareTo(right) < 0;

    public static bool operator >(Place left, Place right) => left.CompareTo(right) > 0;

    public static bool operator <=(Place left, Place right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Place left, Place right) => left.CompareTo(right) >= 0;
}
