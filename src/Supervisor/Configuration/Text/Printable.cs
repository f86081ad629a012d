using System.Globalization;
using System.Text;

namespace Reuseportd.Configuration.Text;

/// <summary>Makes text from a file fit for one line of a log or a terminal.</summary>
internal static class Printable
{
    private const int LongestText = 64;
    private const int LongestSentence = 4096;

    /// <summary>Escapes control and format characters, and truncates a long text.</summary>
    public static string Text(string text) => Escape(text, LongestText);

    /// <summary>As <see cref="Text"/>, for a whole sentence or a path.</summary>
    public static string Sentence(string text) => Escape(text, LongestSentence);

    /// <summary>A key for a path of keys: quoted unless it is a plain word or the merge key.</summary>
    public static string Key(string key) =>
        key.Length is > 0 and <= LongestText && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '<')
            ? key
            : $"'{Text(key)}'";

    private static string Escape(string text, int longest)
    {
        var shown = text.Length <= longest ? text : text[..longest];
        if (shown.All(IsHarmless)) return shown.Length == text.Length ? text : shown + "...";
        var escaped = new StringBuilder(shown.Length + 16);
        foreach (var c in shown)
        {
            if (IsHarmless(c)) escaped.Append(c);
            else escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return shown.Length == text.Length ? escaped.ToString() : escaped.Append("...").ToString();
    }

    private static bool IsHarmless(char c) => char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
         or UnicodeCategory.Surrogate);
}
