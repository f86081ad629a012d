using Reuseportd.Configuration.Text;

namespace Reuseportd.Control.Import.Programs;

/// <summary>What a reader finds in one file of another supervisor, and in the files that it names.</summary>
internal sealed class ImportedFile(string name)
{
    /// <summary>A file with more is damaged; the limit bounds what programs share.</summary>
    public const int MostPrograms = 1000;

    public const string TooMany = "more than 1000 programs, the limit";

    /// <summary>The file as the user named it.</summary>
    public string Name { get; } = name;

    public List<ImportedProgram> Programs { get; } = [];

    /// <summary>Remarks that belong to no service.</summary>
    public List<Remark> Remarks { get; } = [];

    public void Note(Place at, string text) => Remarks.Add(new Remark(at, text, Weight.Note));

    public void Missing(Place at, string text) => Remarks.Add(new Remark(at, text, Weight.Missing));

    /// <summary>A program that cannot be a service. Its remarks, which have the reason, belong to no service.</summary>
    public void LeaveOut(ImportedProgram program, string why)
    {
        Missing(program.Place, why);
        Remarks.AddRange(program.Remarks);
    }
}
