using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>
/// Replaces <c>%(name)s</c> in the values of one program. Of the variables, those that the source sets are known, and those of
/// supervisord's own environment are not.
/// </summary>
/// <param name="left">Characters that may still be inserted for variables in the file.</param>
internal sealed class Expansion(ImportedProgram program, string group, StrongBox<int> left, string hostName)
{
    public const int MostInserted = 1 << 22;

    private const int LongestValue = 1 << 16;

    private const int LongestName = 256;

    public int Start { get; set; }

    public int Workers { get; set; } = 1;

    /// <returns>A text with placeholders; null after a remark that a value is not known.</returns>
    public string? Text(string value, Place at, string key)
    {
        var parts = Parts(value, at, key, out var isKnown);
        foreach (var part in parts.Where(part => part.IsVariable))
            program.Missing(at, $"the value of %(ENV_{Printable.Text(part.Text)})s is not known here", key);
        return isKnown && !parts.Exists(part => part.IsVariable) ? string.Concat(parts.Select(part => part.Text)) : null;
    }

    /// <summary>A command before it is split into words. A part is a text with placeholders, or a variable.</summary>
    public List<WordPart> Command(string value, Place at) => Parts(value, at, "command", out _);

    private List<WordPart> Parts(string value, Place at, string key, out bool isKnown)
    {
        var parts = new List<WordPart>();
        var text = new StringBuilder();
        var quoting = default(Quoting);
        isKnown = true;
        for (var from = 0; from < value.Length; from++)
        {
            if (text.Length > LongestValue)
            {
                program.Missing(at, "the value is too long, and cut", key);
                break;
            }

            if (value[from] != '%' || from + 1 == value.Length)
            {
                quoting.Next(value[from]);
                text.Append(Placeholders.Escape(value[from].ToString()));
                continue;
            }

            var end = value[from + 1] == '(' ? End(value, from) : -1;
            var type = end < 0 ? -1 : value.AsSpan(end + 1, Math.Min(4, value.Length - end - 1)).IndexOfAny('s', 'd', 'i');
            if (type >= 0)
            {
                var name = value[(from + 2)..end];
                isKnown &= Variable(parts, text, name, quoting.IsQuoted)
                    || Append(text, name, value.AsSpan(end + 1, type), at, key);
                from = end + 1 + type;
            }
            else
            {
                text.Append('%');
                if (value[from + 1] == '%') from++;
            }
        }

        parts.Add(new WordPart(text.ToString()));
        return [.. parts.Where(part => part.IsVariable || part.Text.Length > 0)];
    }

    /// <summary>Whether a character of a command stands in quotes.</summary>
    private struct Quoting
    {
        private char quote;
        private bool isEscaped;

        public readonly bool IsQuoted => quote != '\0';

        public void Next(char character)
        {
            if (character is '"' or '\'' && !isEscaped)
                quote = quote == '\0' ? character : quote == character ? '\0' : quote;
            isEscaped = character == '\\' && !isEscaped && quote != '\'';
        }
    }

    private static int End(string value, int from) => value.IndexOf(')', from, Math.Min(LongestName, value.Length - from));

    /// <returns>False for another name.</returns>
    private bool Variable(List<WordPart> parts, StringBuilder text, string name, bool isQuoted)
    {
        if (!name.StartsWith("ENV_", StringComparison.Ordinal) || !EnvironmentNames.IsValid(name.AsSpan(4))) return false;
        if (program.Environment.TryGetValue(name[4..], out var known) && left.Value >= known.Value.Length)
        {
            left.Value -= known.Value.Length;
            text.Append(known.Value);
            return true;
        }

        parts.Add(new WordPart(text.ToString()));
        text.Clear();
        // supervisord replaces the name first, and splits the command then.
        parts.Add(new WordPart(name[4..], IsVariable: true, IsSplit: !isQuoted));
        return true;
    }

    /// <returns>False after a remark that the value is not known.</returns>
    private bool Append(StringBuilder text, string name, ReadOnlySpan<char> format, Place at, string key)
    {
        _ = int.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out var width);
        switch (name)
        {
            case "program_name":
                text.Append(Placeholders.Escape(program.Name));
                return true;
            case "group_name":
                text.Append(Placeholders.Escape(group));
                return true;
            case "numprocs":
                text.Append(Workers);
                return true;
            case "host_node_name" when hostName.Length > 0:
                program.Note(at, "%(host_node_name)s is the name of this host at the import", key);
                text.Append(Placeholders.Escape(hostName));
                return true;
            case "process_num":
                if (!Placeholders.AppendNumber(text, Start, width, Workers))
                    program.Note(at, "numbers of workers have no leading zeros", key);
                return true;
            default:
                program.NotKnown(at, $"%({name})s", key);
                return false;
        }
    }
}
