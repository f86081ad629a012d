using System.Text;

namespace Decisions.Tests.Architecture;

/// <summary>
/// C# code that can refer to other code: without comments, and without the contents of strings that have no holes.
/// </summary>
internal static class SourceText
{
    /// <summary>Replaces comments and strings by blanks, so that lines and words keep their places.</summary>
    public static string Code(string source)
    {
        var code = new StringBuilder(source.Length);
        var rest = new Reader(source, code);
        while (!rest.AtEnd) rest.Take();
        return code.ToString();
    }

    private sealed class Reader(string text, StringBuilder into)
    {
        private int _at;

        public bool AtEnd => _at >= text.Length;

        /// <summary>A comment, a literal or a character.</summary>
        public void Take()
        {
            if (Follows("//")) Blank(EndOf("\n", _at, otherwise: text.Length));
            else if (Follows("/*")) Blank(EndOf("*/", _at + 2, otherwise: text.Length) + 2);
            else if (text[_at] == '\'') Blank(EndOfCharacter());
            else if (Prefix() is { } prefix) TakeString(prefix);
            else into.Append(text[_at++]);
        }

        /// <summary>The dollars and at-signs at the beginning of a string; empty if no string begins here.</summary>
        private string? Prefix()
        {
            var end = _at;
            while (end < text.Length && text[end] is '$' or '@') end++;
            return end < text.Length && text[end] == '"' ? text[_at..end] : null;
        }

        private void TakeString(string prefix)
        {
            into.Append(prefix);
            _at += prefix.Length;
            var quotes = 0;
            while (_at + quotes < text.Length && text[_at + quotes] == '"') quotes++;
            var isRaw = quotes >= 3;
            var close = isRaw ? new string('"', quotes) : "\"";
            Keep(close.Length);
            var braces = isRaw ? prefix.Count(letter => letter == '$') : 1;
            while (!AtEnd && !Follows(close))
            {
                if (!isRaw && prefix.Contains('@', StringComparison.Ordinal) && Follows("\"\"")) Blank(_at + 2);
                else if (!isRaw && !prefix.Contains('@', StringComparison.Ordinal) && text[_at] == '\\') Blank(_at + 2);
                else if (prefix.Contains('$', StringComparison.Ordinal) && text[_at] == '{') TakeHole(braces);
                else Blank(_at + 1);
                if (!isRaw && prefix.Contains('@', StringComparison.Ordinal) && Follows("\"\"")) Blank(_at + 2);
            }

            Keep(Math.Min(close.Length, text.Length - _at));
        }

        /// <summary>A hole is code. In a string that is not raw, two braces are one.</summary>
        private void TakeHole(int braces)
        {
            var opening = 0;
            while (_at + opening < text.Length && text[_at + opening] == '{') opening++;
            if (opening < braces || braces == 1 && opening % 2 == 0)
            {
                Blank(_at + opening);
                return;
            }

            Blank(_at + opening);
            for (var depth = 1; !AtEnd && depth > 0;)
            {
                if (text[_at] == '{') depth++;
                if (text[_at] == '}' && --depth == 0) break;
                Take();
            }

            Blank(Math.Min(_at + braces, text.Length));
        }

        private int EndOfCharacter()
        {
            var end = _at + 1;
            while (end < text.Length && text[end] != '\'') end += text[end] == '\\' ? 2 : 1;
            return end + 1;
        }

        private bool Follows(string word) => string.CompareOrdinal(text, _at, word, 0, word.Length) == 0;

        private int EndOf(string word, int from, int otherwise) =>
            text.IndexOf(word, Math.Min(from, text.Length), StringComparison.Ordinal) is >= 0 and var found ? found : otherwise;

        private void Keep(int count)
        {
            into.Append(text, _at, count);
            _at += count;
        }

        private void Blank(int until)
        {
            for (; _at < Math.Min(until, text.Length); _at++) into.Append(text[_at] == '\n' ? '\n' : ' ');
        }
    }
}
