using System.Runtime.CompilerServices;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Compose;

/// <summary>
/// Replaces variables by those of <c>.env</c>, https://docs.docker.com/reference/compose-file/interpolation/. A variable that is
/// not there has no value.
/// </summary>
/// <param name="left">Characters that may still be replaced in the file: aliases of YAML repeat a long text for nothing.</param>
internal sealed class Interpolation(
    ImportedProgram program, IReadOnlyDictionary<string, string> variables, StrongBox<int> left)
{
    public const int MostReplaced = 1 << 22;

    private const int DeepestWord = 8;

    /// <summary>The longest operators first.</summary>
    private static readonly string[] Operators = [":-", ":?", ":+", "-", "?", "+"];

    public string Replace(string text, Place at, string key)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        if (left.Value > 0) return Replace(text, at, key, DeepestWord);
        program.Missing(at, "too many variables in the file", key);
        return "";
    }

    private string Replace(string text, Place at, string key, int depth)
    {
        var replaced = new StringBuilder();
        for (var from = 0; from < text.Length; from++)
        {
            if (text[from] != '$' || from + 1 == text.Length || replaced.Length > left.Value)
            {
                replaced.Append(text[from]);
                continue;
            }

            if (text[from + 1] == '$')
            {
                replaced.Append('$');
                from++;
            }
            else if (text[from + 1] == '{' && Close(text, from + 1) is > 0 and var close)
            {
                replaced.Append(Braced(text[(from + 2)..close], at, key, depth));
                from = close;
            }
            else
            {
                var name = NameAt(text, from + 1);
                if (name.Length == 0) program.Missing(at, "a '$' without a variable; Compose accepts '$$'", key);
                replaced.Append(name.Length == 0 ? "$" : Value(name, at, key));
                from += name.Length;
            }
        }

        left.Value -= replaced.Length;
        return replaced.ToString();
    }

    /// <param name="inside">A name, and perhaps an operator and a word, which can have variables of its own.</param>
    private string Braced(string inside, Place at, string key, int depth)
    {
        var name = NameAt(inside, 0);
        var rest = inside[name.Length..];
        if (rest.Length == 0 && EnvironmentNames.IsValid(name)) return Value(name, at, key);
        var form = Operators.FirstOrDefault(one => rest.StartsWith(one, StringComparison.Ordinal));
        if (form is null || !EnvironmentNames.IsValid(name))
        {
            program.Missing(at, $"'${{{Printable.Text(inside)}}}' is no variable of Compose", key);
            return "";
        }

        variables.TryGetValue(name, out var value);
        var isThere = form.Length == 1 ? value is not null : value is { Length: > 0 };
        return (form[^1], isThere) switch
        {
            ('-', false) or ('+', true) => Word(),
            ('+', false) => "",
            ('?', false) => Required(),
            _ => value!,
        };

        string Word() => depth > 0 ? Replace(rest[form.Length..], at, key, depth - 1) : rest[form.Length..];

        string Required()
        {
            program.Missing(at, $"the value of ${name} is required: {Printable.Text(Word())}", key);
            return "";
        }
    }

    private string Value(string name, Place at, string key)
    {
        if (variables.TryGetValue(name, out var value)) return value;
        program.Missing(at, $"the value of ${Printable.Text(name)} is not known here", key);
        return "";
    }

    private static string NameAt(string text, int from)
    {
        var end = from;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
        return text[from..end];
    }

    /// <returns>Index of the brace that closes the one at <paramref name="open"/>, or -1.</returns>
    private static int Close(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            if (text[at] == '{') depth++;
            else if (text[at] == '}' && --depth == 0) return at;
        }

        return -1;
    }
}
