using System.Globalization;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>
/// CPUs: <c>spread</c>, or numbers and ranges such as <c>[0, 2-3]</c>. Whether the host has these CPUs is checked at spawn.
/// </summary>
internal static class CpuAffinityReader
{
    /// <summary>The largest kernels have NR_CPUS 8192.</summary>
    private const int LastCpu = 8191;

    public static readonly Key Key = new(
        "cpu_affinity",
        new Shape.AnyOf(
            new Shape.Choice(["spread"]),
            new Shape.List(
                new Shape.AnyOf(new Shape.Integer(0, LastCpu), new Shape.Text("^[0-9]{1,4}-[0-9]{1,4}$")), OrOne: true,
                Least: 1)),
        "CPUs of the workers. spread runs copy i on CPU i mod n of the n CPUs that the daemon may use. "
        + "A list such as [0, 2-3] may hold only CPUs that the daemon may use.");

    private const string Accepts = "spread, or CPUs such as [0, 2-3]";

    public static CpuAffinity? Read(Section limits)
    {
        if (limits.Find(Key) is not { } field) return null;
        if (field.Node is ScalarNode { Text: "spread" }) return new CpuAffinity.Spread();
        if (field.Items(Accepts, orOne: true) is not { } items) return null;
        if (items.Count == 0) field.Error($"lists no CPU; accepts {Accepts}");
        return new CpuAffinity.List([.. items.SelectMany(Cpus).Distinct().Order()]);
    }

    private static IEnumerable<int> Cpus(Field item)
    {
        if (item.Text(Accepts) is not { } text) return [];
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var (start, end) = dash < 0 ? (text, text) : (text[..dash], text[(dash + 1)..]);
        if (Cpu(start) is { } first && Cpu(end) is { } last && first <= last)
            return Enumerable.Range(first, last - first + 1);
        item.Refuse($"{Accepts}, each from 0 to {LastCpu}");
        return [];
    }

    private static int? Cpu(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var cpu) && cpu <= LastCpu ? cpu : null;
}
