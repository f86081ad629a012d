using System.Buffers;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>A command line of a unit, systemd.service(5), "Command lines".</summary>
internal static class ExecCommand
{
    private static readonly SearchValues<char> Prefixes = SearchValues.Create("@-:+!|");

    /// <summary>Sets the command of a program.</summary>
    public static void Set(string value, Place at, ImportedProgram program, Specifiers specifiers)
    {
        var prefixes = value[..(value.AsSpan().IndexOfAnyExcept(Prefixes) is var end and >= 0 ? end : value.Length)];
        if (UnitWords.Split(value[prefixes.Length..], out var problem) is not { Count: > 0 } words)
        {
            program.Missing(at, $"the command cannot be read: {problem ?? "it is empty"}");
            return;
        }

        Remarks(prefixes, at, program);
        if (prefixes.Contains('@', StringComparison.Ordinal) && words.Count > 1)
        {
            program.Note(at, $"the name '{Printable.Text(words[1])}' in place of the program's path is left out", "command");
            words.RemoveAt(1);
        }

        if (words.IndexOf(";") is > 0 and var second)
        {
            program.Missing(at, "only the first of the commands is there", "command");
            words.RemoveRange(second, words.Count - second);
        }

        program.CommandPlace = at;
        var isLiteral = prefixes.Contains(':', StringComparison.Ordinal);
        program.Command = CommandWord.Command([.. words.Select(word => Word(word, isLiteral, at, specifiers))], out var isShell);
        if (isShell) program.Note(at, "a shell replaces the variables by their values", "command");
        else if (prefixes.Contains('|', StringComparison.Ordinal))
            program.Command = ["/bin/sh", "-c", string.Join(' ', program.Command.Select(ShellLine.Quote))];
    }

    /// <summary>The signal of <c>kill -HUP $MAINPID</c> and its variants; null for another command.</summary>
    public static string? SignalOf(string value)
    {
        if (UnitWords.Split(value.TrimStart('-', '+', '!', '@', ':'), out _) is not { } words) return null;
        return words switch
        {
            ["/bin/kill" or "/usr/bin/kill" or "kill", "-s", var name, "$MAINPID" or "${MAINPID}"] => name,
            ["/bin/kill" or "/usr/bin/kill" or "kill", "-s", var name, "--", "$MAINPID" or "${MAINPID}"] => name,
            ["/bin/kill" or "/usr/bin/kill" or "kill", ['-', .. var name], "$MAINPID" or "${MAINPID}"] => name,
            ["/bin/kill" or "/usr/bin/kill" or "kill", "$MAINPID" or "${MAINPID}"] => "TERM",
            _ => null,
        };
    }

    private static void Remarks(string prefixes, Place at, ImportedProgram program)
    {
        if (prefixes.Contains('-', StringComparison.Ordinal))
            program.Note(at, "'-': a failure of the program stays a failure here", "command");
        if (prefixes.Contains('+', StringComparison.Ordinal) || prefixes.Contains('!', StringComparison.Ordinal))
            program.Missing(
                at, "'+' and '!' have no counterpart: the program has the user and the capabilities of the service", "command");
    }

    /// <summary><c>$NAME</c> alone is split into words, <c>${NAME}</c> is not, and <c>$$</c> is a dollar.</summary>
    private static CommandWord Word(string word, bool isLiteral, Place at, Specifiers specifiers)
    {
        if (isLiteral) return CommandWord.Literal(Text(word));
        if (word is ['$', .. var whole] && EnvironmentNames.IsValid(whole))
            return new CommandWord([new WordPart(whole, IsVariable: true, IsSplit: true)]);
        var parts = new List<WordPart>();
        var text = new StringBuilder();
        for (var from = 0; from < word.Length; from++)
        {
            var next = word[from] == '$' && from + 1 < word.Length ? word[from + 1] : '\0';
            var close = next == '{' ? word.IndexOf('}', from) : -1;
            if (close > 0 && EnvironmentNames.IsValid(word.AsSpan(from + 2, close - from - 2)))
            {
                if (text.Length > 0) parts.Add(new WordPart(Text(text.ToString())));
                parts.Add(new WordPart(word[(from + 2)..close], IsVariable: true));
                text.Clear();
                from = close;
            }
            else
            {
                text.Append(word[from]);
                if (next == '$') from++;
            }
        }

        if (text.Length > 0 || parts.Count == 0) parts.Add(new WordPart(Text(text.ToString())));
        return new CommandWord(parts);

        string Text(string part) => specifiers.Text(part, at, "command", out _);
    }
}
