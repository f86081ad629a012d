using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Values;

/// <param name="Value">The text of the file; placeholders are not replaced.</param>
internal readonly record struct EnvironmentAssignment(string Name, string Value);

/// <param name="Line">From 1.</param>
internal readonly record struct EnvironmentFileError(int Line, string Message)
{
    public override string ToString() => $"{Line}: {Message}";
}

/// <summary>
/// A file of <c>NAME=value</c> lines, in the syntax of systemd's EnvironmentFile= (systemd.exec(5)) and of sh. Lines that begin
/// with '#' or ';' are comments, and a line may begin with <c>export</c>. Quoted values may span lines, and a backslash escapes
/// the next character. Nothing is expanded. The last value of a name counts.
/// </summary>
/// <param name="Variables">The valid assignments, in the order of the file.</param>
internal sealed record EnvironmentFile(ValueList<EnvironmentAssignment> Variables, ValueList<EnvironmentFileError> Errors)
{
    public static EnvironmentFile Parse(string text)
    {
        var values = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        var errors = new List<EnvironmentFileError>();
        var rest = new Cursor(text.StartsWith('\uFEFF') ? text[1..] : text);
        while (rest.SkipToAssignment())
        {
            var line = rest.Line;
            var name = rest.Name();
            if (name is null)
            {
                errors.Add(new EnvironmentFileError(line, "accepts NAME=value, a comment or an empty line"));
                continue;
            }

            var value = rest.Value(out var problem);
            problem ??= EnvironmentNames.Problem(name);
            if (problem is null && value.Contains('\0', StringComparison.Ordinal)) problem = "contains a NUL character";
            if (problem is not null) errors.Add(new EnvironmentFileError(line, problem));
            else values[name] = value;
        }

        return new EnvironmentFile([.. values.Select(pair => new EnvironmentAssignment(pair.Key, pair.Value))], [.. errors]);
    }

    private sealed class Cursor(string text)
    {
        private int at;

        public int Line { get; private set; } = 1;

        /// <returns>False at the end of the file.</returns>
        public bool SkipToAssignment()
        {
            while (at < text.Length)
            {
                if (text[at] is '#' or ';') RestOfLine();
                else if (text[at] is ' ' or '\t' or '\r' or '\n') Next();
                else return true;
            }

            return false;
        }

        /// <returns>The name, after reading the '='; null if the line has no '=', after reading the line.</returns>
        public string? Name()
        {
            var end = text.AsSpan(at).IndexOfAny('=', '\n');
            if (end < 0 || text[at + end] == '\n')
            {
                RestOfLine();
                return null;
            }

            var name = text.AsSpan(at, end).Trim(" \t");
            at += end + 1;
            return (name.StartsWith("export ", StringComparison.Ordinal) ? name[7..].TrimStart(" \t") : name).ToString();
        }

        /// <summary>Reads the value and the end of its line; after an unclosed quote, the rest of the file.</summary>
        public string Value(out string? problem)
        {
            problem = null;
            var (value, kept) = (new StringBuilder(), 0);
            while (at < text.Length && text[at] is (' ' or '\t')) Next();
            while (at < text.Length)
            {
                var c = Next();
                if (c == '\n') break;
                if (c is '\'' or '"')
                {
                    if (!Quoted(c, value)) problem = $"the quote {c} is not closed";
                    kept = value.Length;
                }
                else if (c == '\\' && at < text.Length)
                {
                    if (Next() is var escaped and not '\n') value.Append(escaped);
                    kept = value.Length;
                }
                else
                {
                    value.Append(c);
                    if (c is not (' ' or '\t' or '\r')) kept = value.Length;
                }
            }

            return value.ToString(0, kept);
        }

        private bool Quoted(char quote, StringBuilder value)
        {
            while (at < text.Length)
            {
                var c = Next();
                if (c == quote) return true;
                if (c == '\\' && quote == '"' && at < text.Length && text[at] is ('"' or '\\' or '$' or '`' or '\n'))
                {
                    c = Next();
                    if (c == '\n') continue;
                }

                value.Append(c);
            }

            return false;
        }

        private void RestOfLine()
        {
            while (at < text.Length && Next() != '\n')
            {
            }
        }

        private char Next()
        {
            var c = text[at++];
            if (c == '\n') Line++;
            return c;
        }
    }
}
