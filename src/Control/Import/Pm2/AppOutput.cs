using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>The log files of an app.</summary>
internal sealed class AppOutput(ImportedProgram program, string directory)
{
    /// <returns>False for a key of another table.</returns>
    public bool Read(Entry entry, Place at)
    {
        var text = entry.Value.Text();
        switch (entry.Key.Text)
        {
            case "out_file" or "output" or "out" or "out_log" when text is not null:
                File(Key.Stdout, text, at);
                return true;
            case "error_file" or "error" or "err" or "err_file" or "err_log" when text is not null:
                File(Key.Stderr, text, at);
                return true;
            case "log_file" or "log" when text is not null:
                if (text == "false") program.Same();
                else program.Missing(
                    at, $"{entry.Key.Text}: no file has both; stdout and stderr have a file each, or the journal", "stdout");
                return true;
            case "log_date_format" or "time" or "log_type":
                program.Note(at, $"{entry.Key.Text}: files have the lines of the program only; the journal has times", "stdout");
                return true;
            case "disable_logs" when text == "true":
                program.Raw(Key.Stdout, "\"null\"", at);
                program.Raw(Key.Stderr, "\"null\"", at);
                return true;
            default:
                return false;
        }
    }

    private void File(Key stream, string path, Place at)
    {
        if (path == "NULL") program.Raw(stream, "\"null\"", at);
        else if (path.StartsWith('~')) program.Missing(at, $"'{Printable.Text(path)}' is no absolute path", stream.Path);
        else program.OutputFile(stream, Placeholders.Escape(SourceTree.Absolute(directory, path)), at);
    }
}
