namespace Reuseportd.Control.Import.Pm2;

/// <summary>
/// Splits a text of arguments as PM2 does (lib/tools/Config.js): quotes hold a word together, no character is escaped, and
/// <c>NAME="a b"</c> keeps its quotes.
/// </summary>
internal static class AppArguments
{
    public static IReadOnlyList<string> Split(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            var end = End(text, at);
            var word = text[at..end];
            if (word[0] is '"' or '\'' && word[^1] == word[0]) word = word.Length > 1 ? word[1..^1] : "";
            if (!string.IsNullOrWhiteSpace(word)) words.Add(word);
            at = end;
        }

        return words;
    }

    private static int End(string text, int from)
    {
        var at = from;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('"' or '\'' or '=')) at++;
        var open = at > from && at < text.Length && text[at] == '=' ? at + 1 : from;
        if (open < text.Length && text[open] is '"' or '\'' && text.IndexOf(text[open], open + 1) is >= 0 and var close)
            return close + 1;
        while (at < text.Length && !char.IsWhiteSpace(text[at])) at++;
        return at;
    }
}
