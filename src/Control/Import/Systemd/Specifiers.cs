using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>
/// Replaces the specifiers of systemd.unit(5) in the values of one unit. The result is a text with placeholders.
/// </summary>
/// <param name="prefix">The name of the unit up to '@'.</param>
/// <param name="instance">Null for a template: its instances become workers.</param>
internal sealed class Specifiers(ImportedProgram program, string prefix, string? instance, bool isTemplate, SourceTree tree)
{
    /// <returns>Null after a remark that a value is not known.</returns>
    public string? Expand(string value, Place at, string key) =>
        Text(value, at, key, out var isKnown) is var text && isKnown ? text : null;

    /// <summary>A value that is not known is a remark, and the text has nothing for it.</summary>
    public string Text(string value, Place at, string key, out bool isKnown)
    {
        var text = new StringBuilder();
        isKnown = true;
        for (var from = 0; from < value.Length; from++)
        {
            if (value[from] != '%' || from + 1 == value.Length)
            {
                text.Append(Placeholders.Escape(value[from].ToString()));
                continue;
            }

            if (Specifier(value[++from], at, key) is { } known) text.Append(known);
            else isKnown = false;
        }

        return text.ToString();
    }

    private string? Specifier(char specifier, Place at, string key)
    {
        switch (specifier)
        {
            case '%':
                return "%";
            case 'i' or 'I' or 'f' when isTemplate && instance is null:
                program.Missing(at, $"%{specifier} was the name of an instance, and is the number of a worker here, from 0", key);
                return (specifier == 'f' ? "/" : "") + Placeholders.Number(0);
            case 'i':
                return Placeholders.Escape(instance ?? "");
            case 'I':
                return Placeholders.Escape(Unescaped(instance ?? ""));
            case 'f':
                return Placeholders.Escape("/" + Unescaped(instance ?? prefix).TrimStart('/'));
            case 'p':
                return Placeholders.Escape(prefix);
            case 'P':
                return Placeholders.Escape(Unescaped(prefix));
            case 'j':
                return Placeholders.Escape(prefix.Split('-')[^1]);
            case 'J':
                return Placeholders.Escape(Unescaped(prefix.Split('-')[^1]));
            case 'n' or 'N':
                return Placeholders.Escape(
                    prefix + (isTemplate ? $"@{instance}" : "") + (specifier == 'n' ? ".service" : ""));
            case 'T':
                return "/tmp";
            case 'V':
                return "/var/tmp";
            case 'H' or 'l' when tree.HostName.Length > 0:
                var host = specifier == 'H' ? tree.HostName : tree.HostName.Split('.')[0];
                program.Note(at, $"%{specifier} is the name of this host at the import", key);
                return Placeholders.Escape(host);
            default:
                if (Manager(specifier) is { } known) return known;
                program.NotKnown(at, $"%{specifier}", key);
                return null;
        }
    }

    /// <summary>
    /// Values of the manager of the system, also with <c>User=</c>. The managers of users have values of their own.
    /// </summary>
    private string? Manager(char specifier) => UnitFolders.IsOfUsers(tree) ? null : specifier switch
    {
        'h' => "/root",
        'u' or 'g' => "root",
        'U' or 'G' => "0",
        't' => "/run",
        'S' => "/var/lib",
        'C' => "/var/cache",
        'L' => "/var/log",
        'E' => "/etc",
        _ => null,
    };

    /// <summary>A '-' is a slash, and <c>\xNN</c> a byte, systemd.unit(5).</summary>
    private static string Unescaped(string name)
    {
        var bytes = new List<byte>();
        for (var at = 0; at < name.Length; at++)
        {
            if (name.AsSpan(at).StartsWith("\\x") && at + 3 < name.Length
                && byte.TryParse(
                    name.AsSpan(at + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            {
                bytes.Add(code);
                at += 3;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(name[at] == '-' ? "/" : name[at].ToString()));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
