using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>The log files of a program.</summary>
internal static class OutputKeys
{
    /// <param name="path">The value of the key <c>*_logfile</c> with its names replaced; null if it is not known.</param>
    public static void Read(IniSection section, Key stream, ImportedProgram program, string? path)
    {
        if (path is null || !section.Entries.TryGetValue($"{stream.Path}_logfile", out var file)) return;
        switch (path.ToUpperInvariant())
        {
            case "AUTO" or "SYSLOG" or "":
                program.Note(file.Place, $"{file.Key}={Printable.Text(file.Value)}: the journal has the output", stream.Path);
                return;
            case "NONE" or "OFF":
                program.Raw(stream, "\"null\"", file.Place);
                return;
        }

        program.OutputFile(stream, path, file.Place);
        if (program.Settings.GetValueOrDefault(stream)?.Text is null or "\"null\"") return;
        var isSet = section.Entries.TryGetValue($"{stream.Path}_logfile_maxbytes", out var size);
        if (isSet && size!.Value.Trim() == "0") return;
        const string remedy = "rename the file and run 'reuseportctl apply', as logrotate can";
        if (isSet)
            program.Missing(size!.Place, $"the file is not rotated at {Printable.Text(size.Value)}; {remedy}", stream.Path);
        else
            program.Note(file.Place, $"the file is not rotated; {remedy}", stream.Path);
    }
}
