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
        problem = null;
        for (var at = 0; at < line.Length && problem is null; at++)
        {
            if (ReadWord(line, ref at, out problem) is { } word) words.Add(word);
        }

        problem ??= words.Count == 0 ? "a command needs a program" : ProblemOfProgram(words[0]);
        return problem is null ? words : null;
    }

    /// <summary>Reads to the next blank that is not quoted, or to the end.</summary>
    /// <returns>Null if there is no word, or an error.</returns>
    private static string? ReadWord(string line, ref int at, out string? problem)
    {
        StringBuilder? word = null;
        problem = null;
        for (; at < line.Length && line[at] is not (' ' or '\t' or '\n' or '\r'); at++)
        {
            problem = ProblemAt(line, at);
            if (problem is not null) return null;
            if (line[at] == '\\' && line[at + 1] == '\n')
            {
                // Joins two lines. It starts no word.
                at++;
                continue;
            }

            var end = ReadPart(line, at, word ??= new StringBuilder());
            if (end < 0)
            {
                problem = $"the quote {line[at]} at character {at + 1} is not closed";
                return null;
            }

            at = end;
        }

        return word?.ToString();
    }

    private static string? ProblemAt(string line, int at) => line[at] switch
    {
        '\\' when at + 1 == line.Length => "nothing follows the backslash at the end; write \\\\ for a backslash",
        '|' or '&' or ';' or '<' or '>' or '(' or ')' or '`' =>
            $"'{Operator(line, at)}' {NoShell}; quote it, or {UseShell}",
        _ => null,
    };

    /// <summary>Reads one character, or one quoted text.</summary>
    /// <returns>Index of its last character, or -1 if a quote is not closed.</returns>
    private static int ReadPart(string line, int at, StringBuilder word)
    {
        switch (line[at])
        {
            case '\'':
                return SingleQuoted(line, at + 1, word);
            case '"':
                return DoubleQuoted(line, at + 1, word);
            case '\\':
                at++;
                break;
        }

        word.Append(line[at]);
        return at;
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
