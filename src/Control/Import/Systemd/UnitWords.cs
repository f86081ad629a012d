using System.Globalization;
using System.Text;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>Splits a value into words, systemd.syntax(7): quotes, and the escapes of C.</summary>
internal static class UnitWords
{
    /// <returns>The words; or null, and the error.</returns>
    public static List<string>? Split(string line, out string? problem)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        for (var at = 0; at < line.Length; at++)
        {
            var character = line[at];
            if (character == '\\' && at + 1 < line.Length)
            {
                (word ??= new StringBuilder()).Append(Escaped(line, ref at));
            }
            else if (quote == '\0' && character is '\'' or '"' && quote == '\0')
            {
                quote = character;
                word ??= new StringBuilder();
            }
            else if (quote != '\0' && character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is ' ' or '\t' && quote == '\0')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(character);
            }
        }

        problem = quote == '\0' ? null : $"the quote {quote} is not closed";
        if (word is not null) words.Add(word.ToString());
        return problem is null ? words : null;
    }

    /// <param name="at">Index of the backslash; on return, of the last character of the escape.</param>
    private static string Escaped(string line, ref int at)
    {
        var character = line[++at];
        switch (character)
        {
            case 'n':
                return "\n";
            case 't':
                return "\t";
            case 'r':
                return "\r";
            case 's':
                return " ";
            case 'x' when at + 2 < line.Length
                && byte.TryParse(
                    line.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                && code is > 0 and < 128:
                at += 2;
                return ((char)code).ToString();
            case '\\' or '"' or '\'':
                return character.ToString();
            default:
                return $"\\{character}";
        }
    }
}
