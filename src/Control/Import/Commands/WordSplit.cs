using System.Text;

namespace Reuseportd.Control.Import.Commands;

/// <summary>
/// Splits a line into words by blanks, quotes and backslashes, as Python's shlex and Compose do. The operators of a shell are
/// ordinary characters.
/// </summary>
internal static class WordSplit
{
    /// <returns>The words; or null, and the error.</returns>
    public static IReadOnlyList<string>? Split(string line, out string? problem)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        var quote = '\0';
        problem = null;
        for (var at = 0; at < line.Length; at++)
        {
            var character = line[at];
            if (character == '\\' && quote != '\'' && at + 1 < line.Length)
            {
                var escaped = line[++at];
                word ??= new StringBuilder();
                if (quote == '"' && escaped is not ('"' or '\\' or '$' or '`')) word.Append('\\');
                word.Append(escaped);
            }
            else if (quote == '\0' && character is '\'' or '"')
            {
                quote = character;
                word ??= new StringBuilder();
            }
            else if (quote != '\0' && character == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is ' ' or '\t' or '\n' or '\r')
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
            }
            else
            {
                (word ??= new StringBuilder()).Append(character);
            }
        }

        if (quote != '\0') problem = $"the quote {quote} is not closed";
        if (word is not null) words.Add(word.ToString());
        return problem is null ? words : null;
    }
}
