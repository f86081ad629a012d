using System.Text;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Configuration.Values;

/// <summary>
/// Splits a string into words as a shell does: blanks, quotes and backslash (POSIX.1 Shell Command Language, 2.2). Nothing is
/// expanded: <c>$</c>, <c>*</c> and <c>~</c> stand for themselves. An unquoted <c>|</c> or <c>&gt;</c> is an error, because no
/// shell runs.
/// </summary>
internal static class CommandLine
{
    private const string NoShell = "needs a shell, and no shell runs";
    private const string UseShell = "write [sh, -c, \"...\"] for one";

    private static readonly string[] ShellWords =
        ["exec", "cd", "export", "source", ".", "ulimit", "umask", "eval", "set", "trap"];

    /// <returns>The words; or null, and the error.</returns>
    public static IReadOnlyList<string>? Split(string line, out string? problem)
    {
        var words = new List<string>();
        StringBuilder? word = null;
        for (var at = 0; at < line.Length; at++)
        {
            var c = line[at];
            switch (c)
            {
                case ' ' or '\t' or '\n' or '\r':
                    Finish();
                    break;
                case '\'' or '"':
                    word ??= new StringBuilder();
                    var end = c == '"' ? DoubleQuoted(line, at + 1, word) : SingleQuoted(line, at + 1, word);
                    if (end < 0)
                    {
                        problem = $"the quote {c} at character {at + 1} is not closed";
                        return null;
                    }

                    at = end;
                    break;
                case '\\' when at + 1 == line.Length:
                    problem = "nothing follows the backslash at the end; write \\\\ for a backslash";
                    return null;
                case '\\' when line[at + 1] == '\n':
                    at++;
                    break;
                case '\\':
                    (word ??= new StringBuilder()).Append(line[++at]);
                    break;
                case '|' or '&' or ';' or '<' or '>' or '(' or ')' or '`':
                    problem = $"'{Operator(line, at)}' {NoShell}; quote it, or {UseShell}";
                    return null;
                default:
                    (word ??= new StringBuilder()).Append(c);
                    break;
            }
        }

        Finish();
        problem = words.Count == 0 ? "a command needs a program" : ProblemOfProgram(words[0]);
        return problem is null ? words : null;

        void Finish()
        {
            if (word is not null) words.Add(word.ToString());
            word = null;
        }
    }

    /// <returns>Index of the closing quote, or -1.</returns>
    private static int SingleQuoted(string line, int from, StringBuilder word)
    {
        var end = line.IndexOf('\'', from);
        if (end >= 0) word.Append(line, from, end - from);
        return end;
    }

    /// <returns>Index of the closing quote, or -1.</returns>
    private static int DoubleQuoted(string line, int from, StringBuilder word)
    {
        for (var at = from; at < line.Length; at++)
        {
            if (line[at] == '"') return at;
            if (line[at] == '\\' && at + 1 < line.Length && line[at + 1] is ('"' or '\\' or '$' or '`' or '\n'))
            {
                at++;
                if (line[at] == '\n') continue;
            }

            word.Append(line[at]);
        }

        return -1;
    }

    private static string Operator(string line, int at) =>
        at > 0 && line[at] == '(' && line[at - 1] == '$' ? "$("
        : at + 1 < line.Length && line[at + 1] == line[at] && line[at] is ('|' or '&' or '<' or '>') ? line.Substring(at, 2)
        : line[at].ToString();

    private static string? ProblemOfProgram(string program)
    {
        if (program.Length == 0) return "the program's name is empty";
        if (ShellWords.Contains(program)) return $"'{program}' {NoShell}; {UseShell}";
        var equals = program.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && EnvironmentNames.IsValid(program.AsSpan(0, equals))
            ? $"'{Printable.Text(program)}' would be run as the program; set variables under 'environment'"
            : null;
    }
}
