using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Systemd;

/// <summary>
/// Replaces the specifiers of systemd.unit(5) in the values of one unit. The result is a text with placeholders.
/// </summary>
/// <param name="prefix">The name of the unit up to '@'.</param>
/// <param name="instance">Null for a template: its instances become workers.</param>
internal sealed class Specifiers(ImportedProgram program, string prefix, string? instance, bool isTemplate)
{
    public string Expand(string value, Place at, string key)
    {
        var text = new StringBuilder();
        for (var from = 0; from < value.Length; from++)
        {
            if (value[from] != '%' || from + 1 == value.Length)
            {
                text.Append(Placeholders.Escape(value[from].ToString()));
                continue;
            }

            text.Append(One(value[++from], at, key));
        }

        return text.ToString();
    }

    private string One(char specifier, Place at, string key)
    {
        var name = isTemplate ? $"{prefix}@{instance}" : prefix;
        switch (specifier)
        {
            case '%':
                return "%";
            case 'i' or 'I' or 'j' or 'J' when isTemplate && instance is null:
                program.Missing(at, $"%{specifier} was the name of an instance, and is the number of a worker here, from 0", key);
                return Placeholders.Number(0);
            case 'i' or 'I':
                return Placeholders.Escape(instance ?? "");
            case 'j' or 'J':
                return Placeholders.Escape((instance ?? prefix).Split('-')[^1]);
            case 'p' or 'P':
                return Placeholders.Escape(prefix);
            case 'n' or 'N':
                return Placeholders.Escape(specifier == 'n' ? $"{name}.service" : name);
            case 't':
                return "/run";
            case 'S':
                return "/var/lib";
            case 'C':
                return "/var/cache";
            case 'L':
                return "/var/log";
            case 'E':
                return "/etc";
            case 'T':
                return "/tmp";
            case 'V':
                return "/var/tmp";
            default:
                program.Missing(at, $"the value of %{Printable.Text(specifier.ToString())} is not known here", key);
                return "";
        }
    }
}
