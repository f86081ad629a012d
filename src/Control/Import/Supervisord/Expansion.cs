using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>
/// Replaces <c>%(name)s</c> in the values of one program. Variables of supervisord's environment are not known.
/// </summary>
internal sealed class Expansion(ImportedProgram program, string group, string here)
{
    private const int LongestValue = 1 << 16;

    public int Start { get; init; }

    public int Workers { get; init; } = 1;

    /// <summary>A text with placeholders; an unknown name is a remark, and the text has nothing for it.</summary>
    public string Text(string value, Place at, string key)
    {
        var parts = Parts(value, at, key);
        foreach (var part in parts.Where(part => part.IsVariable))
            program.Missing(at, $"the value of %(ENV_{Printable.Text(part.Text)})s is not known here", key);
        return string.Concat(parts.Where(part => !part.IsVariable).Select(part => part.Text));
    }

    public CommandWord Word(string value, Place at) => new(Parts(value, at, "command"));

    private List<WordPart> Parts(string value, Place at, string key)
    {
        var parts = new List<WordPart>();
        var text = new StringBuilder();
        for (var from = 0; from < value.Length; from++)
        {
            if (text.Length > LongestValue)
            {
                program.Missing(at, "the value is too long, and cut", key);
                break;
            }

            if (value[from] != '%' || from + 1 == value.Length)
            {
                text.Append(Placeholders.Escape(value[from].ToString()));
                continue;
            }

            var end = value[from + 1] == '(' ? value.IndexOf(')', from) : -1;
            var type = end < 0 ? -1 : value.AsSpan(end + 1).IndexOfAny('s', 'd', 'i');
            if (type is >= 0 and <= 3)
            {
                Named(parts, text, value[(from + 2)..end], value.AsSpan(end + 1, type), at, key);
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

    private void Named(
        List<WordPart> parts, StringBuilder text, string name, ReadOnlySpan<char> format, Place at, string key)
    {
        if (!name.StartsWith("ENV_", StringComparison.Ordinal)
            || !Configuration.Values.EnvironmentNames.IsValid(name.AsSpan(4)))
        {
            Append(text, name, format, at, key);
            return;
        }

        parts.Add(new WordPart(text.ToString()));
        text.Clear();
        parts.Add(new WordPart(name[4..], IsVariable: true));
    }

    private void Append(StringBuilder text, string name, ReadOnlySpan<char> format, Place at, string key)
    {
        _ = int.TryParse(format, NumberStyles.None, CultureInfo.InvariantCulture, out var width);
        switch (name)
        {
            case "program_name":
                text.Append(Placeholders.Escape(program.Name));
                break;
            case "group_name":
                text.Append(Placeholders.Escape(group));
                break;
            case "here":
                text.Append(Placeholders.Escape(here));
                break;
            case "numprocs":
                text.Append(Workers);
                break;
            case "process_num":
                if (!Placeholders.AppendNumber(text, Start, width, Workers))
                    program.Note(at, "numbers of workers have no leading zeros", key);
                break;
            default:
                program.Missing(at, $"the value of %({Printable.Text(name)})s is not known here", key);
                break;
        }
    }
}
