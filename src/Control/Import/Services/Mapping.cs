using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Services;

/// <summary>
/// Makes services of programs: names that the daemon accepts, ports, readiness, and an order of starts without cycles.
/// </summary>
internal static class Mapping
{
    private const int LongestName = 64;

    private const int MostPorts = 256;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(1);

    public static void Complete(IReadOnlyList<ImportedFile> files)
    {
        ImportedProgram[] programs = [.. files.SelectMany(file => file.Programs)];
        var names = Rename(programs);
        foreach (var program in programs)
        {
            Ports(program);
            Readiness(program);
            Companions(program);
        }

        new StartOrder(programs, names).Complete();
    }

    /// <returns>The new names by the names of the sources; the first of a name counts.</returns>
    private static Dictionary<string, string> Rename(ImportedProgram[] programs)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var program in programs)
        {
            var wanted = ServiceName(program.Name);
            var name = wanted;
            for (var number = 2; !taken.Add(name); number++)
                name = $"{wanted[..Math.Min(wanted.Length, LongestName - 8)]}-{number}";
            if (name != program.Name) program.Note(program.Place, $"its name was '{Printable.Text(program.Name)}'");
            names.TryAdd(program.Name, name);
            program.Name = name;
        }

        return names;
    }

    public static string ServiceName(string name)
    {
        var sound = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).TrimStart(
            '-', '_', '.');
        return sound.Length == 0 ? "service" : sound[..Math.Min(sound.Length, LongestName)];
    }

    private static void Ports(ImportedProgram program)
    {
        if (program.Ports.Count > MostPorts)
        {
            program.Ports.RemoveRange(MostPorts, program.Ports.Count - MostPorts);
            program.Missing(program.Place, $"more than {MostPorts} ports", "reuseport");
        }

        if (program.Ports.Count > 0) return;
        program.Ports.AddRange(KnownServers.Ports(program, out var server));
        if (program.Ports.Count > 0)
            program.Note(program.CommandPlace, $"the ports in the options of {Printable.Text(server)}", "reuseport");
        if (program.Ports.Exists(port => port.Contains('-', StringComparison.Ordinal)) && program.Workers != 1)
            program.Note(program.CommandPlace, "each worker has a port of its own; here all workers can share one", "reuseport");
    }

    /// <summary>Without a known port, the time of the source is the only sign of a start.</summary>
    private static void Readiness(ImportedProgram program)
    {
        if (program.Settings.ContainsKey(Key.ReadinessType) || program.Ports.Count > 0) return;
        var guess = PortGuess.Find(program);
        var ports = guess.Count > 0 ? $"its port may be {string.Join(" or ", guess)}" : "no port is known";
        program.Note(
            program.CommandPlace, $"{ports}; with a list of its ports in place of 'any', a worker is ready when it listens",
            "reuseport");
        program.Settings.Remove(Key.ReadinessTimeout);
        program.Raw(Key.ReadinessType, "delay", program.CommandPlace);
        if (program.StartTime == TimeSpan.Zero)
            program.Note(
                program.CommandPlace, "the start time was 0: a worker that ends within 1 s has failed here", "readiness");
        program.Duration(Key.ReadinessDelay, program.StartTime is { } time
            && time > TimeSpan.Zero ? time : Usual, program.CommandPlace);
    }

    /// <summary>Removes keys that the daemon accepts only with others.</summary>
    private static void Companions(ImportedProgram program)
    {
        if (!program.Settings.ContainsKey(Key.MaxAge)) program.Settings.Remove(Key.Variance);
        if (program.Settings.GetValueOrDefault(Key.SchedulingPolicy)?.Text is not ("fifo" or "rr"))
            program.Settings.Remove(Key.SchedulingPriority);
        if (program.Settings.GetValueOrDefault(Key.IoClass)?.Text is not ("realtime" or "best-effort"))
            program.Settings.Remove(Key.IoPriority);
        if (program.Settings.TryGetValue(Key.RestartMaxDelay, out var most)
            && program.Settings.TryGetValue(Key.RestartDelay, out var delay)
            && Model.DurationSyntax.TryParse(most.Text) < Model.DurationSyntax.TryParse(delay.Text))
            program.Settings[Key.RestartMaxDelay] = delay;
    }
}
