namespace Reuseportd.Control.Import.Commands;

/// <summary>A command line of sh (POSIX.1 Shell Command Language).</summary>
internal static class ShellLine
{
    private static readonly string[] Builtins =
    [
        "exec", "cd", "export", "source", ".", "ulimit", "umask", "eval", "set", "unset", "trap", "if", "for", "while", "until",
        "case", "{", "}", "!", "exit", "return", "wait", "true", "false", "[", "shift", "read", "then", "do", "else", "elif",
        "fi", "done", "esac", ":", "command", "alias", "hash", "type", "break", "continue",
    ];

    private static readonly string[] Shells = ["sh", "bash", "dash", "ash", "ksh", "zsh"];

    /// <summary>True for a shell, or a script of one, that stays the parent of the programs that it starts.</summary>
    public static bool IsShell(IReadOnlyList<string> command)
    {
        if (command is not [var program, ..]) return false;
        if (program.EndsWith(".sh", StringComparison.Ordinal)) return true;
        var line = command[^1].StartsWith(CommandWord.WithoutPatterns, StringComparison.Ordinal)
            ? command[^1][CommandWord.WithoutPatterns.Length..]
            : command[^1];
        return Shells.Contains(Path.GetFileName(program)) && !line.StartsWith("exec ", StringComparison.Ordinal);
    }

    /// <returns>Words that need no shell; else <c>/bin/sh -c</c> with the line.</returns>
    /// <param name="isShell">True if a shell runs.</param>
    /// <param name="isLast">True if the program takes the place of the shell, so that signals reach it.</param>
    public static IReadOnlyList<string> Command(string line, out bool isShell, out bool isLast)
    {
        (isShell, isLast) = (false, true);
        if (!NeedsShell(line) && WordSplit.Split(line, out _) is [{ Length: > 0 }, ..] words && !IsBuiltin(words[0]))
            return words;
        isShell = true;
        return ["/bin/sh", "-c", WithExec(line.Trim(), out isLast)];
    }

    /// <summary>A word that a shell takes for this text.</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c)
            || c is '_' or '-' or '.' or '/' or ':' or '=' or '@' or ',' or '+' or '%')
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsBuiltin(string word) => Builtins.Contains(word) || IsAssignment(word);

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Reuseportd.Configuration.Values.EnvironmentNames.IsValid(word.AsSpan(0, equals));
    }

    private static bool NeedsShell(string line)
    {
        foreach (var (character, quote, at) in Walk(line))
        {
            if (quote == '\'') continue;
            if (character == '`') return true;
            if (character == '$' && at + 1 < line.Length
                && (char.IsAsciiLetterOrDigit(line[at + 1]) || line[at + 1] is '_' or '{' or '(' or '@' or '*'))
                return true;
            if (quote == '\0' && (character is '|' or '&' or ';' or '<' or '>' or '(' or ')' or '*' or '?' or '[' or '\n'
                || (character is '~' or '#' && (at == 0 || line[at - 1] is ' ' or '\t' or '='))))
                return true;
        }

        return false;
    }

    /// <summary>
    /// With <c>exec</c> before the last program of the line, where that changes nothing but the process: after <c>&amp;&amp;</c>
    /// and <c>;</c>, and not in pipes, lists of background jobs, or compound commands.
    /// </summary>
    private static string WithExec(string line, out bool isLast)
    {
        var (start, length) = (0, line.Length);
        isLast = false;
        foreach (var (character, quote, at) in Walk(line))
        {
            if (quote != '\0') continue;
            var next = at + 1 < line.Length ? line[at + 1] : '\0';
            var previous = at > 0 ? line[at - 1] : '\0';
            if (character is '(' or ')' or '\n' or '|' or '`') return line;
            if (character == '#' && previous is '\0' or ' ' or '\t' or ';' or '&')
            {
                if (line.IndexOf('\n', at) >= 0) return line;
                length = at;
                break;
            }

            if (character == '&' && next == '&') start = at + 2;
            else if (character == '&' && previous != '&' && previous != '>' && next != '>') return line;
            else if (character == ';') start = at + 1;
        }

        var program = line.AsSpan(start, length - start).TrimStart();
        start = length - program.Length;
        var word = program[..(program.IndexOfAny(' ', '\t') is var end and >= 0 ? end : program.Length)].ToString();
        isLast = word == "exec";
        var isAssigned = IsAssignment(word) && word.Length < program.Length;
        if (word.Length == 0 || (IsBuiltin(word) && !isAssigned)) return line;
        isLast = true;
        return string.Concat(line.AsSpan(0, start), isAssigned ? "exec env " : "exec ", line.AsSpan(start));
    }

    /// <summary>
    /// Each character with the quote that it is in. Escaped characters, quotes, and what stands in <c>${...}</c> are not there.
    /// </summary>
    private static IEnumerable<(char Character, char Quote, int At)> Walk(string line)
    {
        var quote = '\0';
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == '\\' && quote != '\'') at++;
            else if (quote == '\0' && line[at] is '\'' or '"' && quote == '\0') quote = line[at];
            else if (line[at] == quote) quote = '\0';
            else yield return (line[at], quote, at);
            if (quote != '\'' && at + 1 < line.Length && line[at] == '$' && line[at + 1] == '{') at = Close(line, at + 1);
        }
    }

    /// <returns>Index of the brace that closes the one at <paramref name="open"/>, or the last index.</returns>
    private static int Close(string line, int open)
    {
        var depth = 0;
        for (var at = open; at < line.Length; at++)
        {
            if (line[at] == '\\') at++;
            else if (line[at] == '{') depth++;
            else if (line[at] == '}' && --depth == 0) return at;
        }

        return line.Length - 1;
    }
}
