using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Control.Import.Commands;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Compose;

/// <summary>
/// Names of services as hosts, in variables and words of commands. Compose resolves them; here they are no names of hosts.
/// </summary>
/// <param name="names">Names of services and containers.</param>
internal sealed class HostNames(IReadOnlySet<string> names, VariableFiles files)
{
    /// <summary>Of one text; more say nothing new.</summary>
    private const int MostHosts = 10;

    private readonly Dictionary<SourceText, List<Remark>> ofFiles = new(ReferenceEqualityComparer.Instance);

    public void Check(ImportedProgram program)
    {
        var remarks = new List<Remark>();
        foreach (var (name, variable) in program.Environment)
            InVariable(name, Placeholders.Unescape(variable.Value), variable.Place, "environment", remarks);
        InWords(program.Command, program.CommandPlace, "command", remarks);
        if (program.Settings.TryGetValue(Key.LivenessCommand, out var probe))
            InWords(probe.Items, probe.Place, "liveness", remarks);
        foreach (var (source, file) in files.Of(program)) remarks.AddRange(OfFile(source, file));
        program.Remarks.AddRange(remarks.Distinct());
    }

    private List<Remark> OfFile(SourceText source, EnvironmentFile file)
    {
        if (ofFiles.TryGetValue(source, out var remarks)) return remarks;
        ofFiles[source] = remarks = VariableLines.Check(source);
        foreach (var variable in file.Variables)
            InVariable(variable.Name, variable.Value, new Place(source.File, 0, 0), Key.EnvFile.Path, remarks);
        return remarks;
    }

    private void InVariable(string name, string value, Place at, string key, List<Remark> remarks)
    {
        foreach (var host in HostText.Find(value, HostText.IsHostVariable(name), names).Distinct().Take(MostHosts))
            remarks.Add(Said(at, $"{Printable.Text(name)}: {Words(host)}", key));
    }

    private void InWords(IReadOnlyList<string> command, Place at, string key, List<Remark> remarks)
    {
        string[] words = command is [_, "-c", var line] ? PortText.Words(line) : [.. command];
        for (var index = 0; index < words.Length; index++)
        {
            var word = Placeholders.Unescape(words[index]);
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals > 0 ? word[..equals] : index > 0 ? words[index - 1] : "";
            var isPort = index + 1 < words.Length && words[index + 1] is [_, ..] next && next.All(char.IsAsciiDigit);
            var isWhole = HostText.IsHostOption(name) || (equals < 0 && isPort)
                || (equals > 0 && EnvironmentNames.IsValid(name) && HostText.IsHostVariable(name));
            foreach (var host in HostText.Find(word[(equals + 1)..], isWhole, names).Take(MostHosts))
                remarks.Add(Said(at, Words(host), key));
        }
    }

    private static string Words(string host) => $"'{Printable.Text(host)}' is no host name here";

    private static Remark Said(Place at, string text, string key) => new(at, text, Weight.Missing, key);
}
