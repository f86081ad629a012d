using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Services;

/// <summary>Names the services that start before another. A dependency that would make a cycle is left out.</summary>
/// <param name="names">Names of services by the names in the sources.</param>
internal sealed class StartOrder(IReadOnlyList<ImportedProgram> programs, IReadOnlyDictionary<string, string> names)
{
    private readonly Dictionary<string, ImportedProgram> byName =
        programs.ToDictionary(program => program.Name, StringComparer.Ordinal);

    /// <summary>Visited programs; false while their dependencies are visited.</summary>
    private readonly Dictionary<string, bool> isDone = new(StringComparer.Ordinal);

    public void Complete()
    {
        foreach (var program in programs)
        {
            if (!isDone.ContainsKey(program.Name)) Visit(program);
        }
    }

    private void Visit(ImportedProgram program)
    {
        isDone[program.Name] = false;
        var kept = new OrderedDictionary<string, Place>(StringComparer.Ordinal);
        foreach (var (source, place) in program.DependsOn)
        {
            if (!names.TryGetValue(source, out var name))
            {
                program.Note(place, $"starts after {Printable.Text(source)}, which is not among these services", "depends_on");
                continue;
            }

            if (!isDone.ContainsKey(name)) Visit(byName[name]);
            if (isDone[name]) kept.TryAdd(name, place);
            else program.Missing(place, $"{Printable.Text(source)} starts after this service, too", "depends_on");
        }

        program.DependsOn.Clear();
        program.DependsOn.AddRange(kept.Select(one => (one.Key, one.Value)));
        isDone[program.Name] = true;
    }
}
