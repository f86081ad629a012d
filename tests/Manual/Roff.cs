using System.Text;
using System.Text.RegularExpressions;

namespace Tests.Manual;

/// <summary>Text as man(7) wants it.</summary>
internal static partial class Roff
{
    /// <summary>Lines of the source. The reader's formatter fills them.</summary>
    private const int Width = 78;

    /// <summary>A dash that begins an option must stay a dash for copying. A dash within a word is a hyphen.</summary>
    public static string Escape(string text) =>
        Dash().Replace(text.Replace("\\", "\\e", StringComparison.Ordinal), @"\-");

    /// <summary>A paragraph in lines of the source, none of which begins like a request.</summary>
    public static string Text(string text)
    {
        var (all, line) = (new StringBuilder(), new StringBuilder());
        foreach (var word in Escape(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > Width) End();
            line.Append(line.Length > 0 ? " " : word[0] is '.' or '\'' ? @"\&" : "").Append(word);
        }

        End();
        return all.ToString();

        void End()
        {
            if (line.Length > 0) all.Append(line).Append('\n');
            line.Clear();
        }
    }

    /// <summary>
    /// An item of a list: its name, in bold if marked by <c>*</c>, in italics by <c>_</c>, and its description.
    /// </summary>
    public static string Item(string tag, string text) => $".TP\n{tag}\n{Text(text)}";

    public static string Bold(string text) =>
        $@"\fB{Escape(text).Replace("-", @"\-", StringComparison.Ordinal).Replace(@"\\-", @"\-", StringComparison.Ordinal)}\fP";

    public static string Italic(string text) => $@"\fI{Escape(text)}\fP";

    [GeneratedRegex(@"(?<![A-Za-z0-9])-(?=[A-Za-z0-9-])|(?<=(?<![A-Za-z0-9])-)-")]
    private static partial Regex Dash();
}
