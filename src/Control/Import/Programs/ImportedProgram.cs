using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Programs;

/// <param name="Text">The value as YAML.</param>
internal sealed record Setting(string Text, Place Place)
{
    /// <summary>The texts of a list or of a word, before they became YAML.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];
}

/// <param name="Value">With placeholders.</param>
internal sealed record Variable(string Value, Place Place);

/// <summary>
/// A program of another supervisor, in the words of a service. A reader fills it. Texts that may have placeholders have them in
/// the daemon's form.
/// </summary>
/// <param name="name">The name in the source; it need not be the name of a service.</param>
internal sealed partial class ImportedProgram(string name, Place place)
{
    public string Name { get; set; } = name;

    public Place Place { get; } = place;

    public string? Description
    {
        get;
        set => (field, handled) = (value, handled + 1);
    }

    /// <summary>Program and arguments. Without them, no service is written.</summary>
    public IReadOnlyList<string> Command
    {
        get;
        set => (field, handled) = (value, handled + 1);
    }
    = [];

    /// <summary>True if there is a program to start.</summary>
    public bool HasCommand => Command is [{ Length: > 0 }, ..];

    public Place CommandPlace { get; set; } = place;

    /// <summary>Ports and ranges that the source names; if there are none, they are guessed.</summary>
    public List<string> Ports { get; } = [];

    /// <summary>Time after which the source takes the process for started.</summary>
    public TimeSpan? StartTime
    {
        get;
        set => (field, handled) = (value, handled + 1);
    }

    public OrderedDictionary<string, Variable> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Names in the source of programs that start before.</summary>
    public List<(string Name, Place Place)> DependsOn { get; } = [];

    public Dictionary<Key, Setting> Settings { get; } = [];

    public List<Remark> Remarks { get; } = [];

    /// <summary>Number of copies, for ranges of ports; null if the host decides.</summary>
    public int? Workers => !Settings.TryGetValue(Key.Workers, out var workers) ? 1
        : int.TryParse(workers.Text, null, out var count) ? count : null;

    public void Note(Place at, string text, string key = "") => Remarks.Add(new Remark(at, text, Weight.Note, key));

    public void Missing(Place at, string text, string key = "") => Remarks.Add(new Remark(at, text, Weight.Missing, key));

    /// <summary>A key of the source without a counterpart.</summary>
    public void Unknown(Place at, string key, string remedy = "") =>
        Missing(at, $"{Printable.Text(key)} has no counterpart{(remedy.Length > 0 ? $"; {remedy}" : "")}");
}
