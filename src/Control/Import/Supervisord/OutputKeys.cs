using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Supervisord;

/// <summary>The log files of a program.</summary>
internal static class OutputKeys
{
    /// <param name="expand">Replaces the names in a path.</param>
    public static void Read(IniSection section, Key stream, ImportedProgram program, Func<string, string> expand)
    {
        var name = stream.Path;
        if (!section.Entries.TryGetValue($"{name}_logfile", out var file)) return;
        var value = file.Value.Trim();
        switch (value.ToUpperInvariant())
        {
            case "AUTO" or "SYSLOG" or "":
                return;
            case "NONE" or "OFF" or "/DEV/NULL":
                program.Raw(stream, "\"null\"", file.Place);
                return;
            case "/DEV/STDOUT" or "/DEV/FD/1" or "/DEV/STDERR" or "/DEV/FD/2" or "/PROC/SELF/FD/1" or "/PROC/SELF/FD/2":
                program.Note(file.Place, $"{Printable.Text(value)}: 'inherit' would write to the daemon's own {name}", name);
                return;
        }

        program.OutputFile(stream, expand(value), file.Place);
        if (!program.Settings.ContainsKey(stream)) return;
        var isSet = section.Entries.TryGetValue($"{name}_logfile_maxbytes", out var size);
        if (isSet && size!.Value.Trim() == "0") return;
        const string remedy = "rename the file and run 'reuseportctl apply', as logrotate can";
        if (isSet) program.Missing(size!.Place, $"the file is not rotated at {Printable.Text(size.Value)}; {remedy}", name);
        else program.Note(file.Place, $"the file is not rotated; {remedy}", name);
    }
}
