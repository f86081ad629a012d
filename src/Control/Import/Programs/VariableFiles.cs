using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Programs;

/// <summary>
/// The files of variables that the services of an import have. The daemon refuses a file with an error at each start of a
/// worker. A file that cannot be read here is not checked.
/// </summary>
internal sealed class VariableFiles(SourceTree tree)
{
    /// <summary>Of one file; more say nothing new.</summary>
    private const int MostErrors = 10;

    private readonly Dictionary<string, (SourceText Source, EnvironmentFile File)?> read = new(StringComparer.Ordinal);

    /// <summary>The files of a program that can be read, with the place of the key that names them.</summary>
    public IEnumerable<(SourceText Source, EnvironmentFile File)> Of(ImportedProgram program)
    {
        if (!program.Settings.TryGetValue(Key.EnvFile, out var setting)) yield break;
        foreach (var path in setting.Items.Select(item => item.TrimStart('-')).Distinct())
        {
            if (!read.TryGetValue(path, out var file))
                read[path] = file = tree.Peek(path) is { } source ? (source, EnvironmentFile.Parse(source.Text)) : null;
            if (file is { } known) yield return known;
        }
    }

    public void Check(IEnumerable<ImportedProgram> programs)
    {
        foreach (var program in programs)
        {
            foreach (var (source, file) in Of(program))
            {
                foreach (var error in file.Errors.Take(MostErrors))
                    program.Missing(
                        new Place(source.File, error.Line, 1),
                        $"{Printable.Text(error.Message)}; no worker starts with this line", Key.EnvFile.Path);
            }
        }
    }
}
