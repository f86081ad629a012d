namespace Reuseportd.Control.Import.Supervisord;

/// <summary>Reads <c>A="one",B='two',C=three</c>; line feeds separate, too.</summary>
internal static class EnvironmentText
{
    public static IEnumerable<(string Name, string Value)> Pairs(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0) yield break;
            var name = text[at..equals].Trim(' ', '\t', '\n', ',');
            at = equals + 1;
            while (at < text.Length && text[at] is ' ' or '\t') at++;
            string value;
            if (at < text.Length && text[at] is '"' or '\'' && text.IndexOf(text[at], at + 1) is > 0 and var close)
            {
                value = text[(at + 1)..close];
                at = close + 1;
            }
            else
            {
                var end = text.AsSpan(at).IndexOfAny(',', '\n') is var found and >= 0 ? at + found : text.Length;
                value = text[at..end].Trim();
                at = end;
            }

            while (at < text.Length && text[at] is ',' or ' ' or '\t' or '\n') at++;
            if (name.Length > 0) yield return (name, value);
        }
    }
}
