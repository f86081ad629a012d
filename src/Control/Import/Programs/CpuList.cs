using System.Globalization;
using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Programs;

/// <summary>A list of CPUs such as <c>0-3,8</c> or <c>0 1</c>, for <c>limits.cpu_affinity</c>.</summary>
internal static class CpuList
{
    public static void Set(string text, Place at, ImportedProgram program)
    {
        var items = text.Split([' ', ',', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (items.Length > 0 && items.All(IsRange)) program.Raw(Key.CpuAffinity, $"[{string.Join(", ", items)}]", at);
        else program.Missing(at, $"'{Printable.Text(text)}' is no list of CPUs", "limits");
    }

    private static bool IsRange(string item)
    {
        var dash = item.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? Cpu(item) is not null
            : Cpu(item[..dash]) is { } first && Cpu(item[(dash + 1)..]) is { } last && first <= last;
    }

    private static int? Cpu(string text) =>
        text.Length <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var cpu)
            && cpu <= Key.CpuAffinity.Most
            ? cpu
            : null;
}
