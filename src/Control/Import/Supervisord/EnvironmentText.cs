namespace Reuseportd.Control.Import.Supervisord;

/// <summary>Reads <c>A="one",B='two',C=three</c>; line feeds separate, too.</summary>
internal static class EnvironmentText
{
    /// <param name="rest">The text that is no <c>NAME=value</c>; empty if all is read.</param>
    public static List<(string Name, string Value)> Variables(string text, out string rest)
    {
        var variables = new List<(string Name, string Value)>();
        var at = 0;
        while (at < text.Length)
        {
            var equals = text.IndexOf('=', at);
            var name = equals < 0 ? "" : text[at..equals].Trim(' ', '\t', '\n', ',');
            if (name.Length == 0) break;
            var start = at;
            at = equals + 1;
            while (at < text.Length && text[at] is ' ' or '\t') at++;
            string value;
            if (at < text.Length && text[at] is '"' or '\'')
            {
                if (text.IndexOf(text[at], at + 1) is not (> 0 and var close))
                {
                    at = start;
                    break;
                }

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
            variables.Add((name, value));
        }

        rest = text[at..].Trim(' ', '\t', '\n', ',');
        return variables;
    }
}
